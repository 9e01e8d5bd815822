-- What the documents of a family say, and from when to when it holds: present findings with the day on which their document takes effect and
-- the day on which another one says otherwise; and, as `kind` passage, what an amendment says in the place of a finding where no finding was
-- made of it, with the conformed wording as its answer where the amendment names the words. Where a part of a clause is changed that the amendment does not quote, both
-- stand, and `reason` says so. What holds on a day: starts_on is NULL or not after it, ends_on is NULL or after it.
SELECT
    f.collection,
    c.family,
    f.profile,
    f.provider,
    f.category,
    'finding' AS kind,
    f.answer,
    f.quote,
    f.value_text,
    f.value_number,
    f.value_currency,
    f.value_date,
    f.value_duration,
    f.document,
    c.relation,
    f.clause_path,
    f.page,
    f.pdf_page,
    CASE
        WHEN c.relation = 'base' THEN NULL
        ELSE COALESCE((SELECT MIN(o.starts_on) FROM supersessions AS o WHERE o.by_finding_id = f.finding_id), c.effective_on)
    END AS starts_on,
    (SELECT MIN(o.starts_on) FROM supersessions AS o WHERE o.finding_id = f.finding_id AND o.ordinal >= 0) AS ends_on,
    b.document AS superseded_by,
    CASE WHEN s.ordinal >= 0 AND s.starts_on IS NULL THEN s.reason || '; from which day on is not known' ELSE s.reason END AS reason,
    f.char_start,
    f.collection_id,
    f.document_id,
    f.finding_id,
    c.family_id
FROM findings_current AS f
JOIN amendment_chain AS c ON c.collection_id = f.collection_id AND c.document_id = f.document_id
LEFT JOIN supersessions AS s ON s.finding_id = f.finding_id AND s.ordinal = (
    SELECT MIN(ABS(o.ordinal)) * CASE WHEN MAX(o.ordinal) < 0 THEN -1 ELSE 1 END FROM supersessions AS o WHERE o.finding_id = f.finding_id
)
LEFT JOIN amendment_chain AS b ON b.collection_id = f.collection_id AND b.document_id = s.by_document_id
WHERE f.state = 'present' AND COALESCE(f.evidence_ordinal, 0) = 0
UNION ALL
SELECT
    f.collection,
    c.family,
    f.profile,
    f.provider,
    f.category,
    'passage',
    s.reads,
    SUBSTR(d.text, s.char_start + 1, s.char_end - s.char_start),
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    c.document,
    c.relation,
    '',
    NULL,
    NULL,
    s.starts_on,
    later.starts_on,
    l.document,
    s.reason,
    s.char_start,
    f.collection_id,
    s.by_document_id,
    NULL,
    c.family_id
FROM supersessions AS s
JOIN findings_current AS f ON f.finding_id = s.finding_id AND COALESCE(f.evidence_ordinal, 0) = 0
JOIN documents AS d ON d.id = s.by_document_id
LEFT JOIN supersessions AS later ON later.finding_id = s.finding_id AND later.ordinal = s.ordinal + 1 AND s.ordinal >= 0
LEFT JOIN amendment_chain AS l ON l.collection_id = f.collection_id AND l.document_id = later.by_document_id
JOIN amendment_chain AS c ON c.collection_id = f.collection_id AND c.document_id = s.by_document_id
WHERE s.by_finding_id IS NULL AND s.char_start IS NOT NULL

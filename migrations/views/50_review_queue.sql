-- What a person should look at: findings that nobody has reviewed and that do not stand by themselves, those that say something else than
-- at their review, and reviewed ones that the newest analysis has not found again. One row each, with the first evidence.
SELECT
    f.collection,
    f.document,
    f.uri,
    f.profile,
    f.provider,
    f.model,
    f.category,
    f.state,
    f.answer,
    f.quote,
    f.claimed_quote,
    f.page,
    f.pdf_page,
    f.clause_path,
    f.match_level,
    f.checks_failed,
    f.confidence,
    f.settled_at,
    f.collection_id,
    f.document_id,
    f.finding_id,
    f.identity_id,
    CASE f.review_status WHEN 'unreviewed' THEN f.state ELSE f.review_status END AS why
FROM findings_current AS f
WHERE COALESCE(f.evidence_ordinal, 0) = 0 AND (
    (f.state IN ('unverified', 'contradicted', 'unclear') AND f.review_status = 'unreviewed') OR f.review_status = 'changed since review'
)
UNION ALL
SELECT
    r.collection,
    r.document,
    r.uri,
    r.profile,
    NULL,
    NULL,
    r.category,
    r.state_seen,
    r.answer_seen,
    r.quote_seen,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    r.settled_at,
    r.collection_id,
    r.document_id,
    r.finding_id,
    r.identity_id,
    r.status
FROM reviewed_findings AS r
WHERE r.status = 'no longer found' AND r.verdict <> 'rejected'

-- Current findings that a person should look at and nobody has: one row each, with the first evidence.
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
    f.identity_id
FROM findings_current AS f
WHERE f.state IN ('unverified', 'contradicted', 'unclear') AND f.verdict IS NULL AND COALESCE(f.evidence_ordinal, 0) = 0

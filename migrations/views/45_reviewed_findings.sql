-- One row per finding that people have reviewed, in its newest review: what they saw, and what stands there now. `status` is unchanged,
-- changed since review (it says something else, or there is something where nothing was confirmed), or no longer found.
WITH judged AS (
    SELECT
        r.*,
        ROW_NUMBER() OVER (PARTITION BY r.identity_id ORDER BY r.reviewed_at DESC, r.id DESC) AS age,
        COUNT(*) OVER (PARTITION BY r.identity_id) AS reviews
    FROM reviews AS r
),
standing AS (
    SELECT
        f.*,
        ROW_NUMBER() OVER (PARTITION BY f.identity_id ORDER BY f.settled_at DESC, f.provider) AS age
    FROM findings_current AS f
    WHERE COALESCE(f.evidence_ordinal, 0) = 0
),
placed AS (
    SELECT
        d.lineage_id,
        n.collection_id,
        n.document,
        n.uri,
        ROW_NUMBER() OVER (PARTITION BY d.lineage_id, n.collection_id ORDER BY n.uri) AS place
    FROM documents AS d
    JOIN document_names AS n ON n.sha256 = d.sha256
)
SELECT
    c.name AS collection,
    p.document,
    p.uri,
    i.profile,
    i.category,
    CASE
        WHEN j.state_seen IN ('not_present', 'no_match') AND EXISTS (
            SELECT 1 FROM findings_current AS g
            JOIN documents AS d ON d.id = g.document_id
            WHERE g.collection_id = i.collection_id AND d.lineage_id = i.lineage_id AND g.profile = i.profile
                AND g.category = i.category AND g.state NOT IN ('not_present', 'no_match') AND g.verdict IS NULL
        ) THEN 'changed since review'
        WHEN s.finding_id IS NULL THEN 'no longer found'
        WHEN s.review_status = 'changed since review' THEN 'changed since review'
        ELSE 'unchanged'
    END AS status,
    j.verdict,
    j.corrected_answer,
    j.reviewer,
    j.note AS review_note,
    j.reviewed_at,
    j.reviews,
    j.state_seen,
    j.answer_seen,
    j.quote_seen,
    s.state,
    s.answer,
    s.quote,
    s.page,
    s.pdf_page,
    s.clause_path,
    s.settled_at,
    i.collection_id,
    s.document_id,
    COALESCE(s.finding_id, j.finding_id) AS finding_id,
    i.id AS identity_id
FROM judged AS j
JOIN finding_identities AS i ON i.id = j.identity_id
JOIN collections AS c ON c.id = i.collection_id
LEFT JOIN placed AS p ON p.lineage_id = i.lineage_id AND p.collection_id = i.collection_id AND p.place = 1
LEFT JOIN standing AS s ON s.identity_id = i.id AND s.age = 1
WHERE j.age = 1

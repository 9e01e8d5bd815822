-- One row per evidence of each current finding; a finding without evidence has one row. Current: of the newest settled analysis
-- per collection, document lineage, profile name and provider, as long as the content still has a place in the collection.
-- CROSS JOIN keeps SQLite to this order: in another one it reads every analysis for every finding.
WITH settled AS (
    SELECT
        a.id,
        a.collection_id,
        d.sha256,
        ROW_NUMBER() OVER (
            PARTITION BY a.collection_id, d.lineage_id, p.name, a.provider
            ORDER BY a.settled_at DESC, a.created_at DESC, a.id DESC
        ) AS age
    FROM analyses AS a
    JOIN documents AS d ON d.id = a.document_id
    JOIN prompt_versions AS p ON p.id = a.prompt_version_id
    WHERE a.state IN ('complete', 'partial') AND a.settled_at IS NOT NULL
),
judged AS (
    SELECT
        r.identity_id,
        r.verdict,
        r.corrected_answer,
        r.reviewer,
        r.note,
        r.reviewed_at,
        r.fingerprint,
        ROW_NUMBER() OVER (PARTITION BY r.identity_id ORDER BY r.reviewed_at DESC, r.id DESC) AS age
    FROM reviews AS r
)
SELECT
    n.collection,
    n.document,
    n.uri,
    p.name AS profile,
    p.version AS profile_version,
    a.provider,
    a.model,
    f.category,
    f.state,
    f.answer,
    e.quote,
    e.page_label AS page,
    e.page_index + 1 AS pdf_page,
    e.last_page_label AS last_page,
    e.last_page_index + 1 AS last_pdf_page,
    e.clause_path,
    e.match_level,
    j.verdict,
    j.corrected_answer,
    j.reviewer,
    j.note AS review_note,
    j.reviewed_at,
    f.value_text,
    f.value_number,
    f.value_unit,
    f.value_scale,
    f.value_currency,
    f.value_date,
    f.value_duration,
    f.period_start,
    f.period_end,
    f.period_instant,
    f.party,
    f.severity,
    f.confidence,
    f.votes,
    f.votes_agreeing,
    f.rule_id,
    e.ordinal AS evidence_ordinal,
    e.role AS evidence_role,
    e.claimed_quote,
    e.char_start,
    e.char_end,
    NULLIF(CAST(e.checks_failed AS TEXT), 'null') AS checks_failed,
    n.source_status,
    a.state AS analysis_state,
    a.settled_at,
    a.collection_id,
    a.document_id,
    a.id AS analysis_id,
    f.id AS finding_id,
    f.identity_id,
    e.id AS evidence_id,
    CASE
        WHEN j.verdict IS NULL THEN 'unreviewed'
        WHEN j.fingerprint <> f.fingerprint THEN 'changed since review'
        ELSE 'reviewed'
    END AS review_status,
    s.starts_on AS superseded_on,
    s.reason AS superseded_because,
    s.by_document_id AS superseded_by_document_id
FROM settled AS newest
CROSS JOIN document_names AS n
CROSS JOIN analyses AS a
CROSS JOIN prompt_versions AS p
CROSS JOIN findings AS f
LEFT JOIN evidence AS e ON e.finding_id = f.id
LEFT JOIN supersessions AS s ON s.finding_id = f.id AND s.ordinal = 0
LEFT JOIN judged AS j ON j.identity_id = f.identity_id AND j.age = 1
WHERE newest.age = 1 AND n.collection_id = newest.collection_id AND n.sha256 = newest.sha256 AND f.analysis_id = newest.id
    AND a.id = newest.id AND p.id = a.prompt_version_id AND f.superseded_by IS NULL

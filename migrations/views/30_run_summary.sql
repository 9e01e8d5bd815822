-- One row per run, also while it is running: its documents by state, its findings, and what it cost.
WITH listed AS (
    SELECT
        x.run_id,
        COUNT(*) AS documents,
        COUNT(*) FILTER (WHERE x.state = 'complete') AS documents_complete,
        COUNT(*) FILTER (WHERE x.state = 'partial') AS documents_partial,
        COUNT(*) FILTER (WHERE x.state = 'unread') AS documents_unread,
        COUNT(*) FILTER (WHERE x.state NOT IN ('complete', 'partial', 'unread')) AS documents_open
    FROM run_documents AS x
    GROUP BY x.run_id
),
found AS (
    SELECT
        x.run_id,
        COUNT(*) AS findings,
        COUNT(*) FILTER (WHERE f.state = 'present') AS findings_present,
        COUNT(*) FILTER (WHERE f.state IN ('unclear', 'contradicted', 'unverified')) AS findings_to_review
    FROM (SELECT DISTINCT run_id, analysis_id FROM run_documents) AS x
    JOIN findings AS f ON f.analysis_id = x.analysis_id
    WHERE f.superseded_by IS NULL
    GROUP BY x.run_id
)
SELECT
    r.id AS run_id,
    k.name AS collection,
    r.profile,
    r.profile_version,
    r.provider,
    r.model_asked,
    r.model,
    r.mode,
    r.state,
    r.reason,
    r.trigger,
    r.triggered_by,
    r.started_at,
    r.ended_at,
    COALESCE(l.documents, 0) AS documents,
    COALESCE(l.documents_complete, 0) AS documents_complete,
    COALESCE(l.documents_partial, 0) AS documents_partial,
    COALESCE(l.documents_unread, 0) AS documents_unread,
    COALESCE(l.documents_open, 0) AS documents_open,
    COALESCE(w.findings, 0) AS findings,
    COALESCE(w.findings_present, 0) AS findings_present,
    COALESCE(w.findings_to_review, 0) AS findings_to_review,
    COALESCE(m.calls, 0) AS calls,
    COALESCE(m.failed, 0) AS failed,
    COALESCE(m.cache_hits, 0) AS cache_hits,
    COALESCE(m.cost_usd, 0.0) AS cost_usd,
    COALESCE(m.at_risk_usd, 0.0) AS at_risk_usd,
    COALESCE(m.avoided_usd, 0.0) AS avoided_usd,
    CAST(r.estimate_low_nano_usd AS DOUBLE PRECISION) / 1e9 AS estimate_low_usd,
    CAST(r.estimate_high_nano_usd AS DOUBLE PRECISION) / 1e9 AS estimate_high_usd,
    CAST(r.budget_nano_usd AS DOUBLE PRECISION) / 1e9 AS budget_usd,
    r.flow_run_id,
    COALESCE(m.wasted_usd, 0.0) AS wasted_usd,
    m.estimate_error
FROM runs AS r
JOIN collections AS k ON k.id = r.collection_id
LEFT JOIN listed AS l ON l.run_id = r.id
LEFT JOIN found AS w ON w.run_id = r.id
LEFT JOIN cost_by_run AS m ON m.run_id = r.id

-- One row per evaluation, category and measure, the category of all together empty: prompt versions and models side by side.
SELECT
    e.gold,
    e.profile,
    e.profile_version,
    e.provider,
    e.model,
    s.measure,
    s.category,
    s.precision,
    s.recall,
    s.f1,
    s.found_right,
    s.found_wrong,
    s.missed,
    e.wrong_findings_flagged,
    e.right_findings_flagged,
    e.answers_right,
    e.documents,
    e.labels,
    e.cost_nano_usd / 1000000000.0 AS cost_usd,
    e.evaluated_at,
    e.gold_sha256,
    e.run_id,
    e.id AS evaluation_id
FROM evaluations AS e
JOIN evaluation_scores AS s ON s.evaluation_id = e.id

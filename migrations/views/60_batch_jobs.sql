-- Each batch job: how far it is, what its requests came to, what they cost and what half the price saved.
SELECT
    b.id AS batch_id,
    b.run_id,
    k.name AS collection,
    r.profile,
    b.provider,
    b.model,
    b.state,
    b.provider_status,
    b.requested AS requests,
    COUNT(c.id) FILTER (WHERE c.state = 'answered') AS answered,
    COUNT(c.id) FILTER (WHERE c.state NOT IN ('sent', 'answered')) AS failed,
    COUNT(c.id) FILTER (WHERE c.state = 'sent') AS in_flight,
    COALESCE(CAST(SUM(c.reserved_nano_usd) FILTER (WHERE c.state = 'sent') AS DOUBLE PRECISION), 0) / 1e9 AS reserved_usd,
    COALESCE(CAST(SUM(c.cost_nano_usd) AS DOUBLE PRECISION), 0) / 1e9 AS cost_usd,
    COALESCE(CAST(SUM(c.at_risk_nano_usd) AS DOUBLE PRECISION), 0) / 1e9 AS at_risk_usd,
    COALESCE(SUM(CAST(c.cost_nano_usd AS DOUBLE PRECISION) * (100 - p.batch_percent) / p.batch_percent), 0) / 1e9 AS saved_usd,
    b.created_at,
    b.submitted_at,
    b.collected_at,
    -- when nothing of it was left with the provider
    b.cleaned_at,
    b.reason,
    b.provider_job_id
FROM batches AS b
LEFT JOIN calls AS c ON c.batch_id = b.id
LEFT JOIN prices AS p ON p.id = c.price_id
LEFT JOIN runs AS r ON r.id = b.run_id
LEFT JOIN collections AS k ON k.id = r.collection_id
GROUP BY
    b.id, b.run_id, k.name, r.profile, b.provider, b.model, b.state, b.provider_status, b.requested, b.created_at, b.submitted_at,
    b.collected_at, b.cleaned_at, b.reason, b.provider_job_id

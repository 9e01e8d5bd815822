-- What each run cost; the run is NULL for calls whose run was deleted.
SELECT
    c.run_id,
    k.name AS collection,
    r.profile,
    r.provider,
    r.model,
    r.state,
    r.started_at,
    COUNT(*) FILTER (WHERE c.mode <> 'cache') AS calls,
    COUNT(*) FILTER (WHERE c.mode <> 'cache' AND c.state = 'answered') AS answered,
    COUNT(*) FILTER (WHERE c.mode <> 'cache' AND c.state = 'refused') AS refused,
    COUNT(*) FILTER (WHERE c.mode <> 'cache' AND c.state NOT IN ('sent', 'answered', 'refused')) AS failed,
    COUNT(*) FILTER (WHERE c.mode <> 'cache' AND c.state = 'sent') AS in_flight,
    COUNT(*) FILTER (WHERE c.mode = 'cache') AS cache_hits,
    COALESCE(SUM(c.prompt_tokens) FILTER (WHERE c.mode <> 'cache'), 0) AS prompt_tokens,
    COALESCE(SUM(c.cached_tokens) FILTER (WHERE c.mode <> 'cache'), 0) AS cached_tokens,
    COALESCE(SUM(c.completion_tokens) FILTER (WHERE c.mode <> 'cache'), 0) AS completion_tokens,
    COALESCE(SUM(c.thinking_tokens) FILTER (WHERE c.mode <> 'cache'), 0) AS thinking_tokens,
    CAST(SUM(c.cost_nano_usd) AS DOUBLE PRECISION) / 1e9 AS cost_usd,
    CAST(SUM(c.at_risk_nano_usd) AS DOUBLE PRECISION) / 1e9 AS at_risk_usd,
    CAST(SUM(c.avoided_nano_usd) AS DOUBLE PRECISION) / 1e9 AS avoided_usd,
    COALESCE(CAST(SUM(c.cost_nano_usd) FILTER (WHERE c.state <> 'answered' OR w.call_id IS NOT NULL) AS DOUBLE PRECISION), 0) / 1e9 AS wasted_usd,
    CAST(r.estimate_low_nano_usd AS DOUBLE PRECISION) / 1e9 AS estimate_low_usd,
    CAST(r.estimate_high_nano_usd AS DOUBLE PRECISION) / 1e9 AS estimate_high_usd,
    -- the middle of the range beside what was paid: 0.1 is a tenth too high
    (CAST(r.estimate_low_nano_usd + r.estimate_high_nano_usd AS DOUBLE PRECISION) / 2 - SUM(c.cost_nano_usd))
        / NULLIF(SUM(c.cost_nano_usd), 0) AS estimate_error,
    COALESCE(CAST(SUM(c.cost_nano_usd) FILTER (WHERE c.mode = 'batch') AS DOUBLE PRECISION), 0) / 1e9 AS batch_cost_usd
FROM calls AS c
LEFT JOIN replies AS w ON w.call_id = c.id AND NOT w.usable
LEFT JOIN runs AS r ON r.id = c.run_id
LEFT JOIN collections AS k ON k.id = r.collection_id
GROUP BY
    c.run_id, k.name, r.profile, r.provider, r.model, r.state, r.started_at, r.estimate_low_nano_usd, r.estimate_high_nano_usd

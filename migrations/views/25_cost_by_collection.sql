-- What each collection cost; NULL for calls whose collection was deleted.
SELECT
    k.name AS collection,
    c.collection_id,
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
    COALESCE(CAST(SUM(c.cost_nano_usd) FILTER (WHERE c.mode = 'batch') AS DOUBLE PRECISION), 0) / 1e9 AS batch_cost_usd
FROM calls AS c
LEFT JOIN replies AS w ON w.call_id = c.id AND NOT w.usable
LEFT JOIN collections AS k ON k.id = c.collection_id
GROUP BY k.name, c.collection_id

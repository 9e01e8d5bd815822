-- Each budget, its cap and what is left of it; without a cap what is spent is counted all the same.
SELECT
    b.kind,
    COALESCE(k.name, b.subject) AS name,
    CAST(b.cap_nano_usd AS DOUBLE PRECISION) / 1e9 AS cap_usd,
    CAST(b.spent_nano_usd AS DOUBLE PRECISION) / 1e9 AS spent_usd,
    CAST(b.reserved_nano_usd AS DOUBLE PRECISION) / 1e9 AS reserved_usd,
    CAST(b.cap_nano_usd - b.spent_nano_usd - b.reserved_nano_usd AS DOUBLE PRECISION) / 1e9 AS left_usd,
    b.subject
FROM budgets AS b
LEFT JOIN collections AS k ON b.kind = 'collection' AND k.id = b.subject

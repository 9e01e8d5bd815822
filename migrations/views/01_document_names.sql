-- One row per collection and content: the name and place to call it by. A file that cannot be opened today keeps the content last seen there.
-- The CAST gives the column a type, without which SQLite looks a content up by reading every row.
WITH placed AS (
    SELECT
        s.collection_id,
        CAST(COALESCE(s.sha256, d.sha256) AS VARCHAR(64)) AS sha256,
        s.name,
        s.uri,
        s.status,
        ROW_NUMBER() OVER (
            PARTITION BY s.collection_id, COALESCE(s.sha256, d.sha256)
            ORDER BY CASE s.status WHEN 'seen' THEN 0 ELSE 1 END, s.uri
        ) AS place,
        COUNT(*) OVER (PARTITION BY s.collection_id, COALESCE(s.sha256, d.sha256)) AS places
    FROM document_sources AS s
    LEFT JOIN documents AS d ON d.id = s.document_id
    WHERE COALESCE(s.sha256, d.sha256) IS NOT NULL
)
SELECT
    p.collection_id,
    c.name AS collection,
    p.sha256,
    p.name AS document,
    p.uri,
    p.status AS source_status,
    p.places
FROM placed AS p
JOIN collections AS c ON c.id = p.collection_id
WHERE p.place = 1

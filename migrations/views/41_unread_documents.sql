-- What has not been read, with the reason: one row per file (kind 'source'), and one per unreadable page (kind 'page') of a file that
-- was read in part. A file that vanished after it had been read is not listed, nor one that was renamed: it is listed where it lies now.
WITH held AS (
    SELECT
        k.name AS collection,
        s.collection_id,
        s.name,
        s.uri,
        s.status AS source_status,
        s.reason AS source_reason,
        s.last_seen_at,
        d.id AS document_id,
        d.status,
        d.reason
    FROM document_sources AS s
    JOIN collections AS k ON k.id = s.collection_id
    -- a file whose bytes changed has not been read until its new bytes have
    LEFT JOIN documents AS d ON d.id = s.document_id AND d.sha256 = s.sha256
    WHERE s.status <> 'renamed'
)
SELECT
    h.collection,
    'source' AS kind,
    h.name AS document,
    h.uri,
    CASE
        WHEN h.source_status NOT IN ('seen', 'vanished') OR (h.document_id IS NULL AND h.source_status <> 'seen') THEN h.source_status
        WHEN h.document_id IS NULL THEN 'not_read'
        ELSE h.status
    END AS status,
    CASE
        WHEN h.source_status NOT IN ('seen', 'vanished') OR (h.document_id IS NULL AND h.source_status <> 'seen') THEN h.source_reason
        WHEN h.document_id IS NULL THEN 'seen and not read yet; the next run reads it'
        ELSE h.reason
    END AS reason,
    CAST(NULL AS TEXT) AS page,
    CAST(NULL AS INTEGER) AS pdf_page,
    h.last_seen_at,
    h.collection_id,
    h.document_id
FROM held AS h
WHERE h.source_status NOT IN ('seen', 'vanished') OR h.document_id IS NULL OR h.status <> 'read'
UNION ALL
SELECT
    h.collection,
    'page' AS kind,
    h.name AS document,
    h.uri,
    g.status,
    g.reason,
    g.label AS page,
    g.page_index + 1 AS pdf_page,
    h.last_seen_at,
    h.collection_id,
    h.document_id
FROM held AS h
JOIN pages AS g ON g.document_id = h.document_id
WHERE h.status IN ('read', 'partial') AND g.status NOT IN ('text', 'ocr', 'blank')

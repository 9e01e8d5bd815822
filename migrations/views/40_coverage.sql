-- One row per analysis: how much of the document was asked about and answered, and how much of it could be read at all.
SELECT
    k.name AS collection,
    COALESCE(n.document, d.title) AS document,
    n.uri,
    p.name AS profile,
    p.version AS profile_version,
    a.provider,
    a.model,
    a.state,
    a.reason,
    a.chunks,
    a.chunks_answered,
    a.characters,
    a.characters_answered,
    CAST(a.characters_answered AS DOUBLE PRECISION) / NULLIF(a.characters, 0) AS share,
    d.pages,
    (SELECT COUNT(*) FROM pages AS g WHERE g.document_id = d.id AND g.status IN ('text', 'ocr', 'blank')) AS pages_readable,
    a.created_at,
    a.settled_at,
    a.collection_id,
    a.document_id,
    a.id AS analysis_id
FROM analyses AS a
JOIN collections AS k ON k.id = a.collection_id
JOIN documents AS d ON d.id = a.document_id
JOIN prompt_versions AS p ON p.id = a.prompt_version_id
LEFT JOIN document_names AS n ON n.collection_id = a.collection_id AND n.sha256 = d.sha256

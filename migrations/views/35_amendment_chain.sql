-- One row per document that belongs to a family, in the order in which they take effect: the base agreement, what amends or restates it,
-- its side letters and exhibits; a document whose base is not in the collection has a family of its own and says so in `basis`.
WITH placed AS (
    SELECT
        m.collection_id,
        m.lineage_id,
        n.collection,
        n.document,
        n.uri,
        ROW_NUMBER() OVER (PARTITION BY m.collection_id, m.lineage_id ORDER BY n.uri) AS place
    FROM family_members AS m
    JOIN documents AS d ON d.lineage_id = m.lineage_id
    JOIN document_names AS n ON n.sha256 = d.sha256 AND n.collection_id = m.collection_id
),
counted AS (
    SELECT
        s.collection_id,
        s.by_document_id,
        COUNT(*) AS supersedes
    FROM supersessions AS s
    WHERE s.ordinal >= 0
    GROUP BY s.collection_id, s.by_document_id
)
SELECT
    p.collection,
    f.document AS family,
    m.place,
    p.document,
    p.uri,
    m.relation,
    c.title,
    c.number,
    c.dated,
    c.effective_on,
    b.document AS changes,
    m.named,
    m.basis,
    CASE WHEN m.char_start IS NULL THEN NULL ELSE SUBSTR(d.text, m.char_start + 1, m.char_end - m.char_start) END AS quote,
    (
        SELECT g.page_index + 1 FROM pages AS g
        WHERE g.document_id = m.document_id AND g.char_start <= m.char_start AND m.char_start < g.char_end
    ) AS pdf_page,
    COALESCE(k.supersedes, 0) AS supersedes,
    m.collection_id,
    m.document_id,
    m.lineage_id,
    m.family_id
FROM family_members AS m
JOIN placed AS p ON p.collection_id = m.collection_id AND p.lineage_id = m.lineage_id AND p.place = 1
JOIN documents AS d ON d.id = m.document_id
JOIN document_captions AS c ON c.document_id = m.document_id
LEFT JOIN placed AS f ON f.collection_id = m.collection_id AND f.lineage_id = m.family_id AND f.place = 1
LEFT JOIN placed AS b ON b.collection_id = m.collection_id AND b.lineage_id = m.base_id AND b.place = 1
LEFT JOIN counted AS k ON k.collection_id = m.collection_id AND k.by_document_id = m.document_id

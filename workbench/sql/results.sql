-- results_of_run --
-- What a run gave each document that it took in, read or decided about, as that stands now
WITH met AS (
    SELECT digest FROM arrivals WHERE run_id = %(run_id)s
    UNION
    SELECT d.digest
      FROM changes AS c
      JOIN documents AS d ON d.id = (c.key ->> 'id')::bigint
     WHERE c.run_id = %(run_id)s AND c.relation = 'documents'
)
SELECT d.id AS document_id, d.digest, d.name, d.locator, d.media_type, d.state, d.decision, d.category, d.confidence,
       d.decided_by, d.reason, e.extractor, e.version, e.text_digest, coalesce(e.from_ocr, false) AS from_ocr,
       coalesce(t.length, 0) AS characters,
       ARRAY(SELECT a.locator FROM arrivals AS a
              WHERE a.digest = d.digest AND a.run_id = %(run_id)s ORDER BY a.locator COLLATE "C") AS places,
       ARRAY(SELECT o.name || ' (' || n.kind || ')'
               FROM near_duplicates AS n
               JOIN documents AS o ON o.id = n.original_id
              WHERE n.document_id = d.id ORDER BY n.kind) AS near,
       ARRAY(SELECT p.message FROM problems AS p
              WHERE p.digest = d.digest AND p.run_id = %(run_id)s ORDER BY p.message COLLATE "C") AS problems
  FROM met
  JOIN documents AS d USING (digest)
  LEFT JOIN extractions AS e ON e.id = d.extraction_id
  LEFT JOIN texts AS t ON t.digest = e.text_digest
 ORDER BY d.locator COLLATE "C";

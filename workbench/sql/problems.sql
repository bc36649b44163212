-- problems --
-- Failures that still stand, or all; settled is one whose document was read or classified well by a later run, that
-- happened again since (the newest stands for all), whose file is no longer at any place, or which, being about no
-- document, a later run of the same job did not meet
SELECT f.id, f.run_id, f.stage, f.kind, f.message, f.advice, f.locator, f.digest, f.document_id, f.name, f.state,
       f.happened_at, f.is_settled
  FROM (SELECT p.id, p.run_id, p.stage, p.kind, p.message, p.advice, p.locator, p.digest, d.id AS document_id,
               coalesce(d.name, substring(p.locator FROM '[^/]*$')) AS name, d.state, p.happened_at,
               p.effect_id IS NULL
               AND CASE WHEN p.digest IS NULL
                   THEN EXISTS (SELECT FROM runs AS mine
                                  JOIN runs AS later ON later.kind = mine.kind AND later.job = mine.job
                                                    AND later.id > mine.id
                                 WHERE mine.id = p.run_id AND later.state IN ('finished', 'finished_with_problems'))
                   ELSE EXISTS (SELECT FROM problems AS q WHERE q.digest = p.digest AND q.id > p.id AND q.stage = p.stage)
                        OR NOT EXISTS (SELECT FROM arrivals AS a WHERE a.digest = p.digest AND a.state = 'present')
                        OR (d.state = 'ok' AND EXISTS (SELECT FROM extractions AS e
                                                        WHERE e.id = d.extraction_id AND e.run_id > p.run_id))
                        OR (p.stage = 'classify' AND EXISTS (SELECT FROM opinions AS o
                                                              WHERE o.document_id = d.id AND o.run_id > p.run_id))
                   END AS is_settled
          FROM problems AS p
          LEFT JOIN documents AS d ON d.digest = p.digest
         WHERE (%(run)s::bigint IS NULL OR p.run_id = %(run)s)
           AND (%(kind)s::text IS NULL OR p.kind = %(kind)s)
           AND (%(state)s::text IS NULL OR d.state = %(state)s)) AS f
 WHERE %(settled)s OR NOT f.is_settled
 ORDER BY f.stage, f.kind, f.locator COLLATE "C", f.id;

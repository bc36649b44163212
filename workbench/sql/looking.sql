-- documents_of_run --
-- The first documents that a run touched, with what it did to them and what they are now
SELECT t.id, coalesce(d.name, t.name) AS name, t.operations, d.decision, d.category, d.state, t.total
  FROM (SELECT (key ->> 'id')::bigint AS id, array_agg(operation ORDER BY id) AS operations,
               (array_agg(before ->> 'name' ORDER BY id DESC) FILTER (WHERE before IS NOT NULL))[1] AS name,
               count(*) OVER () AS total
          FROM changes
         WHERE run_id = %(run_id)s AND relation = 'documents'
         GROUP BY 1
         ORDER BY 1
         LIMIT %(most)s) AS t
  LEFT JOIN documents AS d ON d.id = t.id
 ORDER BY t.id;

-- effects_of_run --
-- What a run did outside the catalogue, by what it was and how it stands
SELECT target, operation, state, count(*) AS number
  FROM effects
 WHERE run_id = %(run_id)s
 GROUP BY target, operation, state
 ORDER BY target, operation, state;

-- changes_of_run_by_relation --
-- What a run touched, in numbers
SELECT relation, operation, count(*) AS number
  FROM changes
 WHERE run_id = %(run_id)s
 GROUP BY relation, operation
 ORDER BY relation, operation;

-- snapshot_of_run --
-- The named point that was made by itself before a run
SELECT name FROM snapshots WHERE run_id = %(run_id)s ORDER BY change_id LIMIT 1;

-- taken_back_by_run --
-- The runs that a run took back
SELECT id FROM runs WHERE rolled_back_by = %(run_id)s ORDER BY id;

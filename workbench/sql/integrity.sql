-- journaled --
-- The relations that the journal keeps, in the order in which rows refer to each other
SELECT relation FROM journaled ORDER BY place;

-- gaps --
-- Rows of a relation that its entries do not lead to, the first of each kind, and how many there are
WITH numbered AS (
    SELECT key, gap, row_number() OVER (PARTITION BY gap ORDER BY key) AS place, count(*) OVER (PARTITION BY gap) AS total
      FROM journal_gaps(%(relation)s)
)
SELECT key, gap, total FROM numbered WHERE place <= %(most)s ORDER BY gap, key;

-- incomplete_runs --
-- Runs that ended with another number of entries than the journal holds
SELECT r.id, r.changes AS expected, count(c.id) AS found
  FROM runs AS r
  LEFT JOIN changes AS c ON c.run_id = r.id
 WHERE r.changes IS NOT NULL AND r.pruned_by IS NULL
 GROUP BY r.id
HAVING count(c.id) <> r.changes
 ORDER BY r.id;

-- unfinished_runs --
-- Runs that may have stored bytes which no document names yet
SELECT id, is_alive
  FROM runs_now
 WHERE state IN ('running', 'interrupted') AND kind NOT IN ('review', 'notebook')
 ORDER BY id;

-- count_blobs --
-- How many blobs the catalogue names
SELECT count(*) FROM blobs;

-- blobs_after --
-- What the catalogue names, a page of it; the size of a sealed blob is not that of its content
SELECT digest AS place, digest, CASE WHEN stored_digest = digest THEN size END AS size, false AS is_recalled,
       true AS is_wanted
  FROM blobs
 WHERE digest > %(after)s
 ORDER BY digest
 LIMIT %(most)s;

-- recalled_after --
-- A page of what the journal names; wanted is what nothing else names, for taking back. The page is cut first, in the
-- order of the index: with the conditions inside, every page would go over the whole journal; and so would each row if
-- it asked for deletions, whose own index looks short until the statistics are renewed
WITH page AS MATERIALIZED (
    SELECT c.key
      FROM changes AS c
     WHERE c.relation = 'blobs' AND c.key > jsonb_build_object('digest', %(after)s::text)
     ORDER BY c.relation, c.key, c.id
     LIMIT %(most)s
)
SELECT p.key ->> 'digest' AS place, p.key ->> 'digest' AS digest, true AS is_recalled,
       NOT EXISTS (SELECT FROM blobs AS b WHERE b.digest = p.key ->> 'digest') AS is_wanted,
       (SELECT max(CASE WHEN c.before ->> 'stored_digest' = c.before ->> 'digest'
                        THEN (c.before ->> 'size')::bigint END)
          FROM changes AS c
         WHERE c.relation = 'blobs' AND c.key = p.key AND c.before IS NOT NULL) AS size
  FROM (SELECT DISTINCT key FROM page) AS p
 ORDER BY p.key;

-- belonging --
-- The documents that blobs belong to by name, where each or what holds it came from, and the runs that need it
WITH RECURSIVE up AS (
    SELECT a.digest, a.source, a.locator, a.parent
      FROM arrivals AS a
     WHERE a.digest = ANY (%(digests)s)
    UNION
    SELECT u.digest, p.source, p.locator, p.parent
      FROM up AS u
      JOIN arrivals AS p ON p.digest = u.parent
)
SELECT w.digest,
       ARRAY(SELECT DISTINCT a.name FROM arrivals AS a WHERE a.digest = w.digest ORDER BY a.name) AS documents,
       ARRAY(SELECT DISTINCT u.source || ' ' || u.locator FROM up AS u WHERE u.digest = w.digest AND u.parent IS NULL
              ORDER BY 1) AS places,
       ARRAY(SELECT DISTINCT c.run_id FROM changes AS c
              WHERE c.relation = 'blobs' AND c.key = jsonb_build_object('digest', w.digest) ORDER BY 1) AS runs
  FROM unnest(%(digests)s::text[]) AS w (digest);

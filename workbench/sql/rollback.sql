-- Taking back: what would be undone, what stands in the way, and the undoing ---------------------------

-- stage_undo --
-- A row for each row of the catalogue that is to be as it was. first_id is the first entry of the journal that is
-- taken back, with the row before it; next_id the first entry after the last such one, with the row after that;
-- last_run wrote the row last
CREATE TEMPORARY TABLE undo (
    place       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    relation    text NOT NULL,
    key         jsonb NOT NULL,
    first_id    bigint NOT NULL,
    was_absent  boolean NOT NULL,
    before      jsonb,
    next_id     bigint,
    last_run    bigint,
    after       jsonb,
    is_there    boolean,
    is_before   boolean,
    is_after    boolean,
    digest      text,
    document_id bigint,
    verdict     text,
    UNIQUE (relation, key)
) ON COMMIT DROP;

-- stage_scope --
-- The runs that are taken back; of some only the entries after a point
CREATE TEMPORARY TABLE scope (run_id bigint PRIMARY KEY) ON COMMIT DROP;

-- stage_stays --
-- Documents that stay with all that belongs to them, because somebody decided or changed something since ('kept'),
-- or because their content was met again ('met')
CREATE TEMPORARY TABLE stays (
    digest text PRIMARY KEY, how text NOT NULL, why text NOT NULL DEFAULT '', by_run bigint
) ON COMMIT DROP;

-- stage_leaving --
-- Arrivals that are taken away
CREATE TEMPORARY TABLE leaving (
    id bigint PRIMARY KEY, digest text NOT NULL, parent text, is_root boolean NOT NULL, source text NOT NULL,
    external_id text NOT NULL, locator text NOT NULL, name text NOT NULL, run_id bigint NOT NULL
) ON COMMIT DROP;

-- forget_staged --
-- Another look begins from nothing
TRUNCATE undo, stays, leaving RESTART IDENTITY;

-- add_to_scope --
-- These runs are taken back
INSERT INTO scope SELECT unnest(%(runs)s::bigint[]) ON CONFLICT DO NOTHING;

-- add_runs_since --
-- All runs since a point are taken back, people's decisions only if asked for
INSERT INTO scope
SELECT DISTINCT c.run_id
  FROM changes AS c
  JOIN runs AS r ON r.id = c.run_id
 WHERE c.id > %(point)s AND (r.kind <> 'review' OR %(labels)s)
ON CONFLICT DO NOTHING;

-- runs_in_scope --
-- What is taken back, newest first
SELECT run_id FROM scope ORDER BY run_id DESC;

-- collect --
-- Every row that the runs in scope touched after the point, as it was before, and what came after; what is held back
-- follows from what is there
WITH taken_back AS MATERIALIZED (
    SELECT c.id, c.relation, c.key, c.operation, c.before
      FROM changes AS c
      JOIN scope USING (run_id)
     WHERE c.id > %(point)s AND c.relation <> 'holds'
), first AS (
    SELECT DISTINCT ON (relation, key) relation, key, id, operation, before
      FROM taken_back
     ORDER BY relation, key, id
), last AS (
    SELECT relation, key, max(id) AS id FROM taken_back GROUP BY relation, key
), later AS MATERIALIZED (
    SELECT c.relation, c.key, c.id, c.run_id, c.before
      FROM changes AS c
      JOIN last AS l USING (relation, key)
     WHERE c.id > l.id AND c.id > (SELECT min(id) FROM last)
), next AS (
    SELECT DISTINCT ON (relation, key) relation, key, id, before FROM later ORDER BY relation, key, id
), newest AS (
    SELECT DISTINCT ON (relation, key) relation, key, run_id FROM later ORDER BY relation, key, id DESC
)
INSERT INTO undo (relation, key, first_id, was_absent, before, next_id, last_run, after)
SELECT f.relation, f.key, f.id, f.operation = 'insert', f.before, n.id, w.run_id, n.before
  FROM first AS f
  LEFT JOIN next AS n USING (relation, key)
  LEFT JOIN newest AS w USING (relation, key)
 ORDER BY f.id;

-- compare --
-- Whether the rows of a relation are as they were before, or as they were left
SELECT compare_undone(%(relation)s);

-- analyze --
-- The planner knows nothing yet of what was just written
ANALYZE undo, leaving, stays;

-- journaled_relations --
-- In the order in which rows are put back
SELECT relation FROM journaled ORDER BY place;

-- find_owners --
-- Which document a row belongs to, where it only knows the number
UPDATE undo AS u
   SET digest = d.digest
  FROM (SELECT id AS document_id, digest FROM documents
        UNION
        SELECT document_id, digest FROM undo WHERE relation = 'documents' AND digest IS NOT NULL) AS d
 WHERE u.document_id = d.document_id AND u.digest IS NULL;

-- judge --
-- What is as it was before needs nothing; what is as it was left is undone; what was changed since is in conflict, but
-- where a place was only looked at again. Rules of one digest are the same rules, whoever applied them
UPDATE undo
   SET verdict = CASE WHEN is_before OR (relation = 'rule_sets' AND is_there AND NOT was_absent) THEN 'done'
                      WHEN is_after THEN 'undo'
                      WHEN relation = 'arrivals' AND was_absent THEN 'undo'
                      WHEN relation IN ('arrivals', 'rule_sets') THEN 'overtaken'
                      WHEN relation = 'categories' AND (was_absent OR after IS NULL) THEN 'overtaken'
                      ELSE 'conflict' END;

-- judge_met --
-- A document that only the runs changed since which met its content again: what they changed is its name, for the
-- sake of their own place, and what follows from that
UPDATE undo AS u
   SET verdict = 'undo'
 WHERE u.relation = 'documents' AND u.verdict = 'conflict' AND u.was_absent AND u.is_there
   AND NOT EXISTS (SELECT FROM changes AS c
                    WHERE c.relation = 'documents' AND c.key = u.key AND c.id >= u.next_id
                      AND NOT EXISTS (SELECT FROM arrivals AS a WHERE a.digest = u.digest AND a.run_id = c.run_id));

-- judge_clashes --
-- A row that cannot come back, since another was made in its place since
UPDATE undo AS u
   SET verdict = CASE u.relation WHEN 'opinions' THEN 'done' ELSE 'conflict' END,
       last_run = CASE u.relation
                  WHEN 'documents' THEN (SELECT b.run_id FROM blobs AS b WHERE b.digest = u.digest)
                  ELSE u.last_run END
 WHERE u.verdict = 'undo' AND NOT u.was_absent AND NOT u.is_there
   AND EXISTS (
    SELECT FROM (
        SELECT d.id FROM documents AS d WHERE u.relation = 'documents' AND d.digest = u.before ->> 'digest'
        UNION ALL
        SELECT a.id FROM arrivals AS a
         WHERE u.relation = 'arrivals'
           AND a.source = u.before ->> 'source' AND a.external_id = u.before ->> 'external_id'
        UNION ALL
        SELECT e.id FROM extractions AS e
         WHERE u.relation = 'extractions'
           AND e.digest = u.before ->> 'digest' AND e.extractor = u.before ->> 'extractor'
           AND e.version = u.before ->> 'version' AND e.options_digest = u.before ->> 'options_digest'
           AND e.next_page IS NOT DISTINCT FROM (u.before ->> 'next_page')::integer
        UNION ALL
        SELECT o.id FROM opinions AS o
         WHERE u.relation = 'opinions'
           AND o.document_id = u.document_id AND o.classifier = u.before ->> 'classifier'
           AND o.version = u.before ->> 'version' AND o.inputs = u.before ->> 'inputs'
    ) AS other
     -- One that goes itself is not in the way.
     WHERE NOT EXISTS (SELECT FROM undo AS gone
                        WHERE gone.relation = u.relation AND gone.key = jsonb_build_object('id', other.id)
                          AND gone.verdict = 'undo' AND gone.was_absent)
   );

-- judge_supports --
-- What cannot be as it was, since something that it needs is gone: removed later by another run
UPDATE undo AS u
   SET verdict = CASE WHEN u.relation IN ('documents', 'extractions', 'arrivals') THEN 'conflict' ELSE 'overtaken' END,
       last_run = coalesce(lost.run_id, u.last_run)
  FROM (SELECT u.place, need.relation, need.key, gone.run_id
          FROM undo AS u
         CROSS JOIN LATERAL (
            SELECT 'blobs' AS relation, jsonb_build_object('digest', u.before ->> 'digest') AS key
             WHERE u.relation IN ('arrivals', 'extractions', 'documents', 'problems') AND u.before ->> 'digest' IS NOT NULL
            UNION ALL
            SELECT 'blobs', jsonb_build_object('digest', u.before ->> 'parent')
             WHERE u.relation = 'arrivals' AND u.before ->> 'parent' IS NOT NULL
            UNION ALL
            SELECT 'arrivals', jsonb_build_object('id', (u.before ->> 'arrival_id')::bigint)
             WHERE u.relation = 'documents'
               -- Another place that stays may name it as well.
               AND NOT EXISTS (SELECT FROM arrivals AS a
                                WHERE a.digest = u.digest
                                  AND NOT EXISTS (SELECT FROM undo AS going
                                                   WHERE going.relation = 'arrivals' AND going.verdict = 'undo'
                                                     AND going.was_absent
                                                     AND going.key = jsonb_build_object('id', a.id)))
            UNION ALL
            SELECT 'extractions', jsonb_build_object('id', (u.before ->> 'extraction_id')::bigint)
             WHERE u.relation = 'documents' AND u.before ->> 'extraction_id' IS NOT NULL
            UNION ALL
            SELECT 'documents', jsonb_build_object('id', (u.before ->> 'document_id')::bigint)
             WHERE u.relation IN ('opinions', 'labels', 'near_duplicates')
            UNION ALL
            SELECT 'documents', jsonb_build_object('id', (u.before ->> 'original_id')::bigint)
             WHERE u.relation = 'near_duplicates'
         ) AS need
          LEFT JOIN LATERAL (
            SELECT c.run_id FROM changes AS c
             WHERE c.relation = need.relation AND c.key = need.key
             ORDER BY c.id DESC LIMIT 1
          ) AS gone ON true
         WHERE u.verdict = 'undo' AND NOT u.was_absent
           -- It does not come back, and it is not there or goes.
           AND NOT EXISTS (SELECT FROM undo AS o
                            WHERE o.relation = need.relation AND o.key = need.key AND NOT o.was_absent
                              AND o.verdict = 'undo')
           AND (EXISTS (SELECT FROM undo AS o
                         WHERE o.relation = need.relation AND o.key = need.key AND o.was_absent
                           AND o.verdict = 'undo')
                OR NOT CASE need.relation
                   WHEN 'blobs' THEN EXISTS (SELECT FROM blobs AS b WHERE b.digest = need.key ->> 'digest')
                   WHEN 'arrivals' THEN EXISTS (SELECT FROM arrivals AS a WHERE a.id = (need.key ->> 'id')::bigint)
                   WHEN 'extractions' THEN EXISTS (SELECT FROM extractions AS e WHERE e.id = (need.key ->> 'id')::bigint)
                   ELSE EXISTS (SELECT FROM documents AS d WHERE d.id = (need.key ->> 'id')::bigint) END)
       ) AS lost
 WHERE lost.place = u.place;

-- forget_successors --
-- What is said to have become of an arrival, where that is gone
UPDATE undo AS u
   SET before = u.before || '{"successor_id": null}'
 WHERE u.relation = 'arrivals' AND u.verdict = 'undo' AND NOT u.was_absent
   AND u.before ->> 'successor_id' IS NOT NULL
   AND NOT EXISTS (SELECT FROM undo AS o
                    WHERE o.relation = 'arrivals' AND o.verdict = 'undo' AND NOT o.was_absent
                      AND o.key = jsonb_build_object('id', (u.before ->> 'successor_id')::bigint))
   AND NOT EXISTS (SELECT FROM arrivals AS a WHERE a.id = (u.before ->> 'successor_id')::bigint);

-- add_bereft --
-- Documents that an earlier rollback left for the sake of places that go now: nothing is left of them, so they go with
-- all that belongs to them
INSERT INTO undo (relation, key, first_id, was_absent, is_there, is_before, is_after, digest, document_id, verdict)
SELECT part.relation, part.key, 0, true, true, false, true, d.digest, d.id, 'undo'
  FROM documents AS d
 CROSS JOIN LATERAL (
    SELECT 'documents' AS relation, jsonb_build_object('id', d.id) AS key
    UNION ALL SELECT 'blobs', jsonb_build_object('digest', d.digest)
    UNION ALL SELECT 'extractions', jsonb_build_object('id', e.id) FROM extractions AS e WHERE e.digest = d.digest
    UNION ALL SELECT 'opinions', jsonb_build_object('id', o.id) FROM opinions AS o WHERE o.document_id = d.id
    UNION ALL SELECT 'problems', jsonb_build_object('id', p.id) FROM problems AS p WHERE p.digest = d.digest
    UNION ALL SELECT 'labels', jsonb_build_object('id', l.id) FROM labels AS l WHERE l.document_id = d.id
    UNION ALL SELECT 'near_duplicates', jsonb_build_object('document_id', n.document_id, 'kind', n.kind)
                FROM near_duplicates AS n WHERE n.document_id = d.id
 ) AS part
 WHERE d.digest IN (SELECT digest FROM leaving)
   AND NOT EXISTS (SELECT FROM arrivals AS a
                    WHERE a.digest = d.digest AND NOT EXISTS (SELECT FROM leaving AS l WHERE l.id = a.id))
   AND NOT EXISTS (SELECT FROM undo AS back
                    WHERE back.relation = 'arrivals' AND back.verdict = 'undo' AND NOT back.was_absent
                      AND back.before ->> 'digest' = d.digest)
   AND NOT EXISTS (SELECT FROM undo AS u
                    WHERE u.relation = 'documents' AND u.key = jsonb_build_object('id', d.id) AND u.was_absent)
   AND NOT EXISTS (SELECT FROM stays AS s WHERE s.digest = d.digest)
ON CONFLICT (relation, key) DO UPDATE
   SET was_absent = true, before = NULL, is_there = true, is_before = false, verdict = 'undo';

-- add_members_of_bereft --
-- What was inside of containers that go so
INSERT INTO undo (relation, key, first_id, was_absent, is_there, is_before, is_after, digest, verdict)
SELECT 'arrivals', jsonb_build_object('id', a.id), 0, true, true, false, true, a.digest, 'undo'
  FROM arrivals AS a
  JOIN undo AS u ON u.relation = 'blobs' AND u.first_id = 0 AND u.digest = a.parent
 WHERE NOT EXISTS (SELECT FROM leaving AS l WHERE l.id = a.id)
ON CONFLICT (relation, key) DO UPDATE
   SET was_absent = true, before = NULL, is_there = true, is_before = false, verdict = 'undo';

-- keep_labelled --
-- Documents about which a person decided since
INSERT INTO stays (digest, how, why, by_run)
SELECT DISTINCT ON (u.digest) u.digest, 'kept', l.actor || ' said it is ''' || l.category || '''', l.run_id
  FROM undo AS u
  JOIN labels AS l ON l.document_id = (u.key ->> 'id')::bigint
 WHERE u.relation = 'documents'
   AND u.verdict <> 'done'
   AND NOT EXISTS (SELECT FROM scope AS s WHERE s.run_id = l.run_id)
   AND (SELECT min(c.id) FROM changes AS c
         WHERE c.relation = 'labels' AND c.key = jsonb_build_object('id', l.id)) > u.first_id
 ORDER BY u.digest, l.id DESC
ON CONFLICT DO NOTHING;

-- keep_changed --
-- Documents that a later run changed or took in anew
INSERT INTO stays (digest, how, why, by_run)
SELECT DISTINCT ON (u.digest) u.digest, 'kept',
       CASE WHEN u.relation = 'documents' AND u.is_there THEN 'was changed' ELSE 'was taken in or read anew' END, u.last_run
  FROM undo AS u
 WHERE u.verdict = 'conflict' AND u.digest IS NOT NULL
   AND u.relation IN ('documents', 'arrivals', 'extractions', 'blobs', 'opinions')
 ORDER BY u.digest, u.relation <> 'documents', u.place
ON CONFLICT DO NOTHING;

-- keep_spoken_about --
-- Documents that are to go, about which a later run gave an opinion or which it read again
INSERT INTO stays (digest, how, why, by_run)
SELECT DISTINCT ON (u.digest) u.digest, 'kept', since.what, since.run_id
  FROM undo AS u
 CROSS JOIN LATERAL (
    SELECT 'opinions' AS relation, o.id, o.run_id, 'was classified again' AS what
      FROM opinions AS o WHERE o.document_id = (u.key ->> 'id')::bigint
    UNION ALL
    SELECT 'extractions', e.id, e.run_id, 'was read again'
      FROM extractions AS e WHERE e.digest = u.digest
 ) AS since
 WHERE u.relation = 'documents' AND u.verdict = 'undo' AND u.was_absent
   AND NOT EXISTS (SELECT FROM undo AS o
                    WHERE o.relation = since.relation AND o.key = jsonb_build_object('id', since.id)
                      AND o.verdict = 'undo' AND o.was_absent)
   AND NOT EXISTS (SELECT FROM arrivals AS a WHERE a.digest = u.digest AND a.run_id = since.run_id)
 ORDER BY u.digest, since.id DESC
ON CONFLICT DO NOTHING;

-- note_leaving --
-- The arrivals that are to go
INSERT INTO leaving (id, digest, parent, is_root, source, external_id, locator, name, run_id)
SELECT a.id, a.digest, a.parent, a.depth = 0, a.source, a.external_id, a.locator, a.name, a.run_id
  FROM undo AS u
  JOIN arrivals AS a ON a.id = (u.key ->> 'id')::bigint
 WHERE u.relation = 'arrivals' AND u.verdict = 'undo' AND u.was_absent
ON CONFLICT DO NOTHING;

-- stay_arrivals --
-- Arrivals of what is kept, and what was inside of containers that stay
DELETE FROM leaving AS l
 USING stays AS s
 WHERE (s.digest = l.digest AND s.how = 'kept') OR s.digest = l.parent;

-- stay_documents --
-- Documents whose content was met again at a place that stays, and containers of what stays
INSERT INTO stays (digest, how, why, by_run)
SELECT DISTINCT ON (u.digest) u.digest, CASE WHEN a.digest = u.digest THEN 'met' ELSE 'kept' END,
       CASE WHEN a.digest <> u.digest THEN 'holds ' || a.name || ', which stays'
            WHEN a.run_id = ANY (SELECT run_id FROM scope) THEN 'is inside of something that stays'
            ELSE 'was met again' END,
       CASE WHEN a.run_id <> ALL (SELECT run_id FROM scope) THEN a.run_id END
  FROM undo AS u
 CROSS JOIN LATERAL (SELECT * FROM arrivals WHERE arrivals.digest = u.digest
                     UNION
                     SELECT * FROM arrivals WHERE arrivals.parent = u.digest) AS a
 WHERE u.relation = 'blobs' AND u.verdict = 'undo' AND u.was_absent
   AND NOT EXISTS (SELECT FROM leaving AS l WHERE l.id = a.id)
   AND NOT EXISTS (SELECT FROM stays AS s WHERE s.digest = u.digest)
 ORDER BY u.digest, a.digest <> u.digest, a.id DESC
ON CONFLICT DO NOTHING;

-- spare_staying --
-- What belongs to a document that stays is left as it is, but for the places where it was found
UPDATE undo AS u
   SET verdict = 'stays'
  FROM stays AS s
 WHERE u.digest = s.digest
   AND u.verdict = 'undo'
   AND u.relation <> 'arrivals'
   AND (s.how = 'kept' OR u.was_absent OR NOT u.is_there);

-- unspare_opinions --
-- Documents that stay under another name are classified by that; what was said of them under the old one goes
WITH moved AS MATERIALIZED (
    SELECT d.digest, d.locator
      FROM documents AS d
      JOIN leaving AS l ON l.id = d.arrival_id
      JOIN stays AS s ON s.digest = d.digest AND s.how = 'met'
), renamed AS MATERIALIZED (
    SELECT digest FROM moved
    UNION
    SELECT d.digest
      FROM moved AS m
      JOIN documents AS d ON starts_with(d.locator, m.locator || '!/')
     WHERE EXISTS (SELECT FROM arrivals AS a WHERE a.parent = m.digest)
    UNION
    -- It has another name already, and was classified by that.
    SELECT u.digest
      FROM undo AS u
      JOIN opinions AS mine ON mine.id = (u.key ->> 'id')::bigint
      JOIN opinions AS since ON since.document_id = mine.document_id AND since.classifier = mine.classifier
     WHERE u.relation = 'opinions' AND u.verdict = 'stays' AND since.id > mine.id
       AND NOT EXISTS (SELECT FROM scope AS s WHERE s.run_id = since.run_id)
)
UPDATE undo AS u
   SET verdict = 'undo'
  FROM renamed AS r
  JOIN stays AS s ON s.digest = r.digest AND s.how = 'met'
 WHERE u.relation = 'opinions' AND u.verdict = 'stays' AND u.was_absent AND u.is_after AND u.digest = r.digest;

-- spare_relations --
-- Near duplicates of which the original stays, as the copy does
UPDATE undo AS u
   SET verdict = 'stays'
  FROM near_duplicates AS n
  JOIN documents AS original ON original.id = n.original_id
  JOIN stays AS s ON s.digest = original.digest
 WHERE u.relation = 'near_duplicates' AND u.verdict = 'undo' AND u.was_absent
   AND n.document_id = (u.key ->> 'document_id')::bigint AND n.kind = u.key ->> 'kind'
   AND NOT EXISTS (SELECT FROM undo AS copy
                    WHERE copy.relation = 'documents' AND copy.verdict = 'undo' AND copy.was_absent
                      AND copy.key = jsonb_build_object('id', n.document_id));

-- spare_arrivals --
-- Arrivals that stay, and what was noted about the arrivals of a document that is kept
UPDATE undo AS u
   SET verdict = 'stays'
 WHERE u.relation = 'arrivals'
   AND u.verdict = 'undo'
   AND CASE WHEN u.was_absent THEN NOT EXISTS (SELECT FROM leaving AS l WHERE l.id = (u.key ->> 'id')::bigint)
            ELSE EXISTS (SELECT FROM stays AS s WHERE s.digest = u.digest AND s.how = 'kept') END;

-- spare_in_use --
-- Rules and categories that something which stays was decided by
UPDATE undo AS u
   SET verdict = 'stays'
 WHERE u.verdict = 'undo' AND u.was_absent
   AND ((u.relation = 'rule_sets'
         AND ((%(point)s = 0
               AND EXISTS (SELECT FROM runs AS r
                            WHERE r.rule_set = u.key ->> 'digest' AND r.state <> 'rolled_back'
                              AND NOT EXISTS (SELECT FROM scope AS s WHERE s.run_id = r.id)
                              AND EXISTS (SELECT FROM arrivals AS a WHERE a.run_id = r.id)))
              OR EXISTS (SELECT FROM opinions AS o
                       WHERE o.version = left(u.key ->> 'digest', 16)
                         AND NOT EXISTS (SELECT FROM undo AS gone
                                          WHERE gone.relation = 'opinions' AND gone.verdict = 'undo' AND gone.was_absent
                                            AND gone.key = jsonb_build_object('id', o.id)))
              OR EXISTS (SELECT FROM undo AS back
                          WHERE back.relation = 'opinions' AND back.verdict = 'undo' AND NOT back.was_absent
                            AND back.before ->> 'version' = left(u.key ->> 'digest', 16))))
        OR (u.relation = 'categories'
            AND (EXISTS (SELECT FROM documents AS d
                          WHERE d.category = u.key ->> 'id'
                            AND NOT EXISTS (SELECT FROM undo AS gone
                                             WHERE gone.relation = 'documents' AND gone.verdict = 'undo'
                                               AND gone.key = jsonb_build_object('id', d.id)))
                 OR EXISTS (SELECT FROM undo AS back
                             WHERE back.relation = 'documents' AND back.verdict = 'undo' AND NOT back.was_absent
                               AND back.before ->> 'category' = u.key ->> 'id'))));

-- spare_categories --
-- The categories of rules that stay
UPDATE undo AS u
   SET verdict = 'stays'
 WHERE u.relation = 'categories' AND u.verdict = 'undo' AND u.was_absent
   AND EXISTS (SELECT FROM undo AS rules WHERE rules.relation = 'rule_sets' AND rules.verdict = 'stays');

-- runs_in_the_way --
-- Later runs that stand in the way, or people's decisions, or both; of runs that were taken back and of those that did
-- it only the last word counts
SELECT DISTINCT r.id
  FROM (SELECT by_run, true FROM stays WHERE how = 'kept'
        UNION
        SELECT last_run, true FROM undo WHERE verdict = 'conflict'
        UNION
        SELECT c.run_id, false
          FROM undo AS u
          JOIN changes AS c USING (relation, key)
         WHERE u.verdict = 'conflict' AND c.id >= u.next_id) AS t (run_id, is_last)
  JOIN runs AS r ON r.id = t.run_id
 WHERE NOT EXISTS (SELECT FROM scope AS s WHERE s.run_id = r.id)
   AND (t.is_last OR (r.state <> 'rolled_back' AND r.kind NOT IN ('rollback', 'restore')))
   AND CASE r.kind WHEN 'review' THEN %(labels)s::boolean ELSE %(others)s::boolean END
 ORDER BY r.id;


-- The plan ---------------------------------------------------------------------------------------

-- planned_documents --
-- What becomes of each document: as it is now, as it would be, and what keeps it
SELECT (u.key ->> 'id')::bigint AS document_id,
       coalesce(d.name, u.before ->> 'name') AS name,
       coalesce(d.locator, u.before ->> 'locator') AS locator,
       CASE WHEN s.how = 'kept' OR u.verdict = 'conflict' THEN 'kept'
            WHEN s.how = 'met' AND u.was_absent THEN 'stays'
            WHEN u.was_absent THEN 'removed'
            WHEN NOT u.is_there THEN 'put back'
            ELSE 'changed' END AS what,
       CASE WHEN u.is_there THEN coalesce(d.category, d.decision) END AS now,
       CASE WHEN NOT u.was_absent THEN coalesce(u.before ->> 'category', u.before ->> 'decision') END AS before,
       d.name AS name_now, u.before ->> 'name' AS name_before,
       d.state AS state_now, u.before ->> 'state' AS state_before,
       coalesce(s.why, '') AS why, s.by_run
  FROM undo AS u
  LEFT JOIN documents AS d ON d.id = (u.key ->> 'id')::bigint
  LEFT JOIN stays AS s ON s.digest = u.digest
 WHERE u.relation = 'documents' AND (u.verdict IN ('undo', 'conflict') OR (u.verdict = 'stays' AND s.how IS NOT NULL))
 ORDER BY locator COLLATE "C", document_id;

-- planned_counts --
-- Rows by relation and by what becomes of them
SELECT relation,
       CASE WHEN verdict <> 'undo' THEN verdict
            WHEN was_absent THEN 'removed'
            WHEN is_there THEN 'changed'
            ELSE 'put back' END AS what,
       count(*) AS rows
  FROM undo
 WHERE verdict IS NOT NULL AND verdict <> 'done'
 GROUP BY 1, 2
 ORDER BY 1, 2;

-- planned_effects --
-- Effects outside the catalogue that are taken back or done again, by target and operation
SELECT e.target, e.operation, e.run_id = ANY(%(again)s) AS is_again, count(*) AS effects
  FROM effects AS e
 WHERE ((e.run_id = ANY(%(back)s) AND e.state <> 'undone')
        OR (e.run_id = ANY(%(again)s) AND (e.state IN ('undone', 'undoing') OR e.failed_as = 'undoing')))
   AND NOT EXISTS (SELECT FROM stays AS s WHERE s.digest = e.digest AND s.how = 'kept')
 GROUP BY 1, 2, 3
 ORDER BY 1, 2, 3;

-- labels_left --
-- What people decided since a point and is not taken back
SELECT count(*)
  FROM changes AS c
 WHERE c.id > %(point)s AND c.relation = 'labels' AND c.operation = 'insert'
   AND NOT EXISTS (SELECT FROM scope AS s WHERE s.run_id = c.run_id)
   AND EXISTS (SELECT FROM labels AS l WHERE l.id = (c.key ->> 'id')::bigint);

-- rollbacks --
-- Runs that took others back, and runs that were taken back
SELECT id, rolled_back_by,
       ARRAY(SELECT jsonb_array_elements_text(coalesce(counts -> 'taken_back', '[]'))::bigint) AS taken_back
  FROM runs
 WHERE kind IN ('rollback', 'restore') OR rolled_back_by IS NOT NULL;

-- category_conflicts --
-- Categories that were changed since
SELECT key ->> 'id' AS category, last_run AS by_run
  FROM undo
 WHERE verdict = 'conflict' AND relation = 'categories'
 ORDER BY 1;


-- The undoing ------------------------------------------------------------------------------------

-- lock_catalogue --
-- Whoever wants to write waits; readers do not
LOCK TABLE documents, arrivals, labels, opinions, extractions IN SHARE ROW EXCLUSIVE MODE;

-- defer_constraints --
-- Rows that refer to one another go and come in any order
SET CONSTRAINTS ALL DEFERRED;

-- hold_arrivals --
-- What is taken away is not taken in again by itself
INSERT INTO holds (source, external_id, locator, digest, of_run)
SELECT source, external_id, locator, digest, run_id
  FROM leaving
 WHERE is_root
ON CONFLICT (source, external_id) DO NOTHING;

-- release_arrivals --
-- What is back is not held any more
DELETE FROM holds AS h
 WHERE EXISTS (SELECT FROM arrivals AS a WHERE a.source = h.source AND a.external_id = h.external_id);

-- lose_relations --
-- Near duplicates whose original or copy goes; the documents that stay are compared again
DELETE FROM near_duplicates AS n
 USING undo AS u
 WHERE u.relation = 'documents' AND u.verdict = 'undo' AND u.was_absent
   AND (n.document_id = (u.key ->> 'id')::bigint OR n.original_id = (u.key ->> 'id')::bigint)
   AND NOT EXISTS (SELECT FROM undo AS own
                    WHERE own.relation = 'near_duplicates' AND own.verdict = 'undo'
                      AND own.key = jsonb_build_object('document_id', n.document_id, 'kind', n.kind))
RETURNING n.document_id;

-- lose_problems --
-- What went wrong later with a document that goes
DELETE FROM problems AS p
 USING undo AS u
 WHERE u.relation = 'blobs' AND u.verdict = 'undo' AND u.was_absent AND p.digest = u.digest;

-- lose_successors --
-- What was said to have become of an arrival that goes
UPDATE arrivals AS a
   SET successor_id = NULL
  FROM leaving AS l
 WHERE a.successor_id = l.id
   AND NOT EXISTS (SELECT FROM leaving AS o WHERE o.id = a.id)
   AND NOT EXISTS (SELECT FROM undo AS u
                    WHERE u.relation = 'arrivals' AND u.verdict = 'undo' AND u.key = jsonb_build_object('id', a.id));

-- name_anew --
-- Documents that stay, but not the arrival that named them, and those for which a better place was found meanwhile by
-- a run that is not taken back: named by the best place there is, and classified anew
UPDATE documents AS d
   SET arrival_id = best.id, name = best.name, locator = best.locator,
       state = CASE WHEN d.state <> 'quarantined' AND ending(best.name) <> ending(d.name) THEN 'taken' ELSE d.state END,
       -- Who reads it finds out anew what it is.
       media_type = CASE WHEN d.state <> 'quarantined' AND ending(best.name) <> ending(d.name) THEN ''
                         ELSE d.media_type END,
       decision = CASE WHEN d.decision IN ('classified', 'needs_review') AND d.decided_by IS DISTINCT FROM 'person'
                            AND d.state IN ('ok', 'partial')
                       THEN 'pending' ELSE d.decision END
  FROM (SELECT d.id AS document_id, d.locator AS before, min(u.first_id) AS since
          FROM documents AS d
          LEFT JOIN undo AS u ON u.relation = 'documents' AND u.verdict = 'undo' AND u.key = jsonb_build_object('id', d.id)
         WHERE u.place IS NOT NULL OR d.digest IN (SELECT digest FROM leaving)
         GROUP BY d.id) AS touched
 CROSS JOIN LATERAL (
    SELECT a.id, a.name, a.locator, a.depth, a.run_id
      FROM documents AS own
      JOIN arrivals AS a ON a.digest = own.digest
     WHERE own.id = touched.document_id
     ORDER BY a.depth, length(a.locator), a.locator COLLATE "C"
     LIMIT 1
 ) AS best
 WHERE d.id = touched.document_id
   AND best.id <> d.arrival_id
   AND (NOT EXISTS (SELECT FROM arrivals AS a WHERE a.id = d.arrival_id)
        OR (NOT EXISTS (SELECT FROM scope AS s WHERE s.run_id = best.run_id)
            AND (SELECT max(c.id) FROM changes AS c
                  WHERE c.relation = 'arrivals' AND c.key = jsonb_build_object('id', best.id)
                    AND c.before IS NULL) > touched.since))
RETURNING d.digest, touched.before, d.locator AS after;

-- rename_problems --
-- What went wrong with a document is told under its name
UPDATE problems AS p
   SET locator = d.locator,
       message = CASE WHEN starts_with(p.message, l.name) THEN d.name || substr(p.message, length(l.name) + 1)
                      ELSE p.message END
  FROM documents AS d
  JOIN leaving AS l USING (digest)
 WHERE p.digest = d.digest AND p.locator = l.locator AND d.locator <> l.locator
   AND EXISTS (SELECT FROM stays AS s WHERE s.digest = d.digest);

-- follow_arrivals --
-- Documents are where the arrivals that name them are said to be; they are classified anew, since the place may count
UPDATE documents AS d
   SET name = a.name, locator = a.locator,
       decision = CASE WHEN d.decision IN ('classified', 'needs_review') AND d.decided_by IS DISTINCT FROM 'person'
                            AND d.state IN ('ok', 'partial')
                       THEN 'pending' ELSE d.decision END
  FROM arrivals AS a
 WHERE a.id = d.arrival_id AND (d.name, d.locator) IS DISTINCT FROM (a.name, a.locator)
RETURNING d.digest;

-- put_back --
-- One step of undoing, for one relation
SELECT put_back(%(relation)s, %(step)s);

-- items_of_rest --
-- Documents that are read, compared or classified again, since something they depended on is gone
INSERT INTO items (run_id, stage, wave, key)
SELECT %(run_id)s, stage.name, 0, d.digest
  FROM documents AS d
 CROSS JOIN (VALUES ('read'), ('relate'), ('classify')) AS stage (name)
 WHERE (d.digest = ANY(%(digests)s) OR d.id = ANY(%(ids)s))
   AND CASE stage.name WHEN 'read' THEN d.state = 'taken'
                       WHEN 'relate' THEN d.state IN ('ok', 'partial')
                       ELSE d.decision = 'pending' END
ON CONFLICT DO NOTHING;

-- undo_effects --
-- What was done outside is undone after the commit, but for documents that are kept
UPDATE effects AS e
   SET state = 'undoing', failed_as = NULL, message = ''
 WHERE e.run_id = ANY(%(runs)s)
   AND e.state IN ('intended', 'performed', 'done', 'failed')
   AND NOT EXISTS (SELECT FROM stays AS s WHERE s.digest = e.digest AND s.how = 'kept')
RETURNING e.run_id;

-- redo_effects --
-- What a rollback undid, or could not undo, is done again when that is taken back
UPDATE effects AS e
   SET state = 'intended', failed_as = NULL, message = ''
 WHERE e.run_id = ANY(%(runs)s)
   AND (e.state IN ('undone', 'undoing') OR (e.state = 'failed' AND e.failed_as = 'undoing'))
   AND NOT EXISTS (SELECT FROM stays AS s WHERE s.digest = e.digest AND s.how = 'kept')
RETURNING e.run_id;

-- turn_on --
-- Runs whose rollback is taken back are what they were
UPDATE runs SET state = coalesce(ended_as, 'interrupted'), ended_as = NULL, rolled_back_by = NULL WHERE id = ANY(%(runs)s);

-- turn_off --
-- Runs that are taken back whole
UPDATE runs AS r
   SET ended_as = r.state, state = 'rolled_back', rolled_back_by = off.by
  FROM unnest(%(runs)s::bigint[], %(by)s::bigint[]) AS off (id, by)
 WHERE r.id = off.id
   AND r.id <> off.by
   AND r.state <> 'rolled_back'
   AND NOT EXISTS (SELECT FROM changes AS c WHERE c.run_id = r.id AND c.id <= %(point)s)
RETURNING r.id, off.by;

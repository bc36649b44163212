-- Snapshots --------------------------------------------------------------------------------------

-- point --
-- The last entry of the journal
SELECT journal_point();

-- create_snapshot --
-- A named point to return to
INSERT INTO snapshots (name, change_id, reason, actor)
VALUES (%(name)s, %(change_id)s, %(reason)s, %(actor)s)
ON CONFLICT DO NOTHING;

-- snapshot_before_run --
-- The point before a run that changes much
INSERT INTO snapshots (name, change_id, reason, actor, run_id, is_automatic)
SELECT 'before run ' || id, point, 'made by itself before ' || kind || ' run ' || id, %(actor)s, id, true
  FROM runs
 WHERE id = %(run_id)s AND point IS NOT NULL
ON CONFLICT DO NOTHING;

-- snapshots --
-- Named points, newest first
SELECT name, change_id, reason, actor, created_at, run_id, is_automatic
  FROM snapshots
 ORDER BY change_id DESC, created_at DESC;

-- snapshot --
-- One named point
SELECT name, change_id, reason, actor, created_at, run_id, is_automatic
  FROM snapshots
 WHERE name = %(name)s;

-- remove_snapshot --
-- A named point is not wanted any more
DELETE FROM snapshots WHERE name = %(name)s;


-- Effects: what is done outside the catalogue ------------------------------------------------------

-- intend_effects --
-- What is to be done outside once this transaction is committed; with the document it is about, where one came that way
INSERT INTO effects (run_id, target, operation, key, payload, inverse, digest)
SELECT %(run_id)s, new.target, new.operation, new.key, new.payload::jsonb, new.inverse::jsonb,
       coalesce(new.digest, (SELECT a.digest FROM arrivals AS a
                              WHERE a.source = new.target AND a.external_id = new.key))
  FROM unnest(%(targets)s::text[], %(operations)s::text[], %(keys)s::text[], %(payloads)s::text[],
              %(inverses)s::text[], %(digests)s::text[])
       WITH ORDINALITY AS new (target, operation, key, payload, inverse, digest, place)
 ORDER BY new.place
ON CONFLICT (run_id, target, operation, key) DO NOTHING;

-- effects_done --
-- How much a run did outside the catalogue
SELECT count(*) FROM effects WHERE run_id = %(run_id)s AND state = 'done';

-- open_effects --
-- What a run still has to do or to undo outside: in the order in which it was intended, what is undone newest first
SELECT id, run_id, target, operation, key, payload, inverse, digest, state, attempts, message
  FROM effects
 WHERE run_id = %(run_id)s AND state IN ('intended', 'performed', 'undoing')
 ORDER BY state = 'undoing', CASE state WHEN 'undoing' THEN -id ELSE id END;

-- settle_effects --
-- What became of effects
UPDATE effects AS e
   SET state = settled.state,
       failed_as = CASE WHEN settled.state <> 'failed' THEN NULL WHEN e.state = 'undoing' THEN 'undoing' ELSE 'intended' END,
       message = settled.message, attempts = e.attempts + 1, settled_at = clock_timestamp()
  FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(messages)s::text[]) AS settled (id, state, message)
 WHERE e.id = settled.id;

-- overtake_failed --
-- What failed in earlier runs is done where a later one has done the same
UPDATE effects AS e
   SET state = 'done', failed_as = NULL, message = format('done by run %%s', done.run_id),
       settled_at = clock_timestamp()
  FROM effects AS done
 WHERE done.id = ANY(%(ids)s)
   AND e.target = done.target AND e.key = done.key AND e.operation = done.operation
   AND e.id < done.id AND e.state = 'failed' AND e.failed_as = 'intended'
RETURNING e.id;

-- forget_effect_problems --
-- Failures of effects that have been tried again
DELETE FROM problems WHERE effect_id = ANY(%(ids)s);

-- keep_effect_problems --
-- Failures of effects
INSERT INTO problems (stage, kind, message, advice, locator, digest, effect_id)
SELECT 'effect', failed.kind, failed.message, failed.advice,
       coalesce((SELECT a.locator FROM arrivals AS a WHERE a.source = e.target AND a.external_id = e.key),
                e.payload ->> 'from', e.key),
       (SELECT b.digest FROM blobs AS b WHERE b.digest = e.digest), e.id
  FROM unnest(%(ids)s::bigint[], %(kinds)s::text[], %(messages)s::text[], %(advices)s::text[])
       AS failed (id, kind, message, advice)
  JOIN effects AS e USING (id)
 ORDER BY e.id;

-- ask_again --
-- What failed outside is tried again: effects of a run, and those that failed under it while it took others back
UPDATE effects
   SET state = failed_as
 WHERE state = 'failed' AND failed_as IS NOT NULL
   AND (run_id = %(run_id)s OR id IN (SELECT effect_id FROM problems WHERE run_id = %(run_id)s))
RETURNING run_id;


-- Blobs that nothing names -------------------------------------------------------------------------

-- unnamed --
-- Of these digests the ones that neither the catalogue nor the journal names
SELECT held.digest
  FROM unnest(%(digests)s::text[]) AS held (digest)
 WHERE NOT EXISTS (SELECT FROM blobs AS b WHERE b.digest = held.digest)
   AND NOT EXISTS (SELECT FROM changes AS c
                    WHERE c.relation = 'blobs' AND c.key = jsonb_build_object('digest', held.digest));

-- sweep_due_since --
-- When the first of the runs began that were killed and went on while this one was at work, itself included
SELECT min(r.started_at)
  FROM runs AS r
  JOIN runs AS mine ON mine.id = %(run_id)s
 WHERE r.attempts > 1
   AND (r.id = mine.id OR r.finished_at >= mine.started_at);


-- Looking into it ----------------------------------------------------------------------------------

-- changes_of_run --
-- What a run changed, a page of it; a row as it was afterwards is what its next entry had before, or the row now
SELECT c.id, c.run_id, c.relation, c.operation, c.key, c.before, c.actor, c.changed_at, next.before AS after,
       c.operation <> 'delete' AND next.id IS NULL AS is_last
  FROM changes AS c
  LEFT JOIN LATERAL (
    SELECT n.id, n.before
      FROM changes AS n
     WHERE c.operation <> 'delete' AND n.relation = c.relation AND n.key = c.key AND n.id > c.id
     ORDER BY n.id
     LIMIT 1
  ) AS next ON true
 WHERE c.run_id = %(run_id)s AND c.id > %(after)s
 ORDER BY c.id
 LIMIT %(most)s;

-- rows_now --
-- Rows as they are
SELECT key, now FROM rows_now(%(relation)s, %(keys)s::jsonb[]);


-- Pruning ------------------------------------------------------------------------------------------

-- pruned_up_to --
-- Entries up to this one are gone
SELECT coalesce(max(up_to), 0) FROM prunings;

-- is_pruned --
-- Are the entries of a run gone?
SELECT pruned_by IS NOT NULL FROM runs WHERE id = %(run_id)s;

-- spans --
-- Where in the journal each run lies, and whether it is kept: at work, ended within the time that is kept, or part of a
-- rollback that was interrupted
SELECT r.id AS run_id, span.first, span.last,
       r.is_alive OR r.state = 'queued'
       OR coalesce(r.finished_at, r.heartbeat_at) > now() - %(older_than)s::interval
       OR (r.state = 'interrupted' AND r.kind IN ('rollback', 'restore'))
       OR EXISTS (SELECT FROM runs_now AS b WHERE b.id = r.rolled_back_by AND b.state = 'interrupted') AS is_kept
  FROM runs_now AS r
 CROSS JOIN LATERAL (SELECT min(c.id) AS first, max(c.id) AS last FROM changes AS c WHERE c.run_id = r.id) AS span
 WHERE span.first IS NOT NULL;

-- count_pruned --
-- How many entries would go
SELECT count(*) FROM changes WHERE id <= %(up_to)s;

-- count_unnamed_texts --
-- How many texts, and what was found beside them, nothing would name any more
WITH named AS MATERIALIZED (
    SELECT unnest(ARRAY[text_digest, structure_digest, tables_digest, recognition_digest]) AS digest FROM extractions
     UNION
    SELECT unnest(ARRAY[before ->> 'text_digest', before ->> 'structure_digest', before ->> 'tables_digest',
                        before ->> 'recognition_digest'])
      FROM changes
     WHERE relation = 'extractions' AND before IS NOT NULL AND id > %(up_to)s
)
SELECT (SELECT count(*) FROM texts AS t WHERE NOT EXISTS (SELECT FROM named AS n WHERE n.digest = t.digest))
       + (SELECT count(*) FROM structures AS s WHERE NOT EXISTS (SELECT FROM named AS n WHERE n.digest = s.digest));

-- count_unnamed_pictures --
-- How many small pictures nothing would name any more
SELECT count(*)
  FROM thumbnails AS t
 WHERE NOT EXISTS (SELECT FROM blobs AS b WHERE b.digest = t.digest)
   AND NOT EXISTS (SELECT FROM changes AS c
                    WHERE c.relation = 'blobs' AND c.key = jsonb_build_object('digest', t.digest)
                      AND c.id > %(up_to)s);

-- unnamed_blobs --
-- Bytes that nothing would name any more, with their size
SELECT c.key ->> 'digest' AS digest, coalesce(max((c.before ->> 'size')::bigint), 0) AS size
  FROM changes AS c
 WHERE c.relation = 'blobs' AND c.id <= %(up_to)s
   AND NOT EXISTS (SELECT FROM blobs AS b WHERE b.digest = c.key ->> 'digest')
   AND NOT EXISTS (SELECT FROM changes AS n WHERE n.relation = 'blobs' AND n.key = c.key AND n.id > %(up_to)s)
 GROUP BY c.key;

-- named_again --
-- What a run still intends to remove though something names it now
SELECT e.key
  FROM effects AS e
 WHERE e.run_id = %(run_id)s AND e.target = 'store' AND e.state IN ('intended', 'performed')
   AND (EXISTS (SELECT FROM blobs AS b WHERE b.digest = e.key)
        OR EXISTS (SELECT FROM changes AS c
                    WHERE c.relation = 'blobs' AND c.key = jsonb_build_object('digest', e.key)));

-- lost_snapshots --
-- Points that nothing leads back to any more
SELECT name, is_automatic FROM snapshots WHERE change_id < %(up_to)s ORDER BY created_at, name;

-- forget_automatic_snapshots --
-- Those made by themselves go with it
DELETE FROM snapshots WHERE change_id < %(up_to)s AND is_automatic;

-- prune --
-- Forget the journal up to an entry
SELECT prune_changes(%(up_to)s);

-- free_texts --
-- Texts that nothing names any more
SELECT free_unnamed_texts();

-- free_pictures --
-- Small pictures that nothing names any more
SELECT free_unnamed_pictures();

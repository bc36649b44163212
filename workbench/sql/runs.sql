-- open_run --
-- The newest unfinished run of a job
SELECT id, kind, job, state, parameters, config_digest, rule_set, code_version, host, pid, actor, reason, started_at,
       heartbeat_at, finished_at, counts, seconds, notebook, message, changes, ended_as, rolled_back_by, attempts,
       pruned_by
  FROM runs_now
 WHERE kind = %(kind)s AND job = %(job)s AND state IN ('queued', 'running', 'interrupted')
 ORDER BY id DESC
 LIMIT 1;

-- runs_at_work --
-- Runs that a living process holds
SELECT id, kind, job, state, parameters, config_digest, rule_set, code_version, host, pid, actor, reason, started_at,
       heartbeat_at, finished_at, counts, seconds, notebook, message, changes, ended_as, rolled_back_by, attempts,
       pruned_by
  FROM runs_now
 WHERE is_alive
 ORDER BY id;

-- keep_configuration --
-- Settings or rules as they are, for doing a run again
INSERT INTO configurations (digest, kind, body) VALUES (%(digest)s, %(kind)s, %(body)s) ON CONFLICT DO NOTHING;

-- configuration --
-- Settings or rules as they were
SELECT kind, digest, body FROM configurations WHERE digest = %(digest)s;

-- start --
-- A run begins
INSERT INTO runs (kind, job, parameters, config_digest, rule_set, code_version, host, pid, actor, reason, notebook,
                  point)
VALUES (%(kind)s, %(job)s, %(parameters)s, %(config_digest)s, %(rule_set)s, %(code_version)s, %(host)s, %(pid)s,
        %(actor)s, %(reason)s, %(notebook)s,
        CASE WHEN %(kind)s NOT IN ('review', 'notebook') THEN journal_point() END)
RETURNING id;

-- resume --
-- A run goes on in this process
UPDATE runs
   SET state = 'running', host = %(host)s, pid = %(pid)s, heartbeat_at = clock_timestamp(), finished_at = NULL,
       message = '', notebook = coalesce(%(notebook)s, notebook), attempts = attempts + 1, changes = NULL
 WHERE id = %(id)s;

-- beat --
-- The run lives, and so do its leases
UPDATE runs SET heartbeat_at = clock_timestamp(), seconds = %(seconds)s WHERE id = %(id)s;

-- finish --
-- A run ends; from now on the journal should hold so many entries of it
UPDATE runs
   SET state = %(state)s, finished_at = clock_timestamp(), counts = %(counts)s, seconds = %(seconds)s,
       message = %(message)s, changes = changes_of(id)
 WHERE id = %(id)s;

-- reconsider --
-- A run that did something more after its end, and whose problems may be settled since
UPDATE runs
   SET changes = changes_of(id),
       state = CASE WHEN state = 'finished_with_problems' AND is_clear THEN 'finished' ELSE state END,
       counts = CASE WHEN is_clear THEN counts || '{"problems": 0}' ELSE counts END
  FROM (SELECT NOT EXISTS (SELECT FROM problems WHERE run_id = %(id)s) AS is_clear) AS problems_left
 WHERE id = %(id)s;

-- left_behind --
-- Runs of a person that seem to have lost their process; one that has only just begun may not hold its lock yet
SELECT id
  FROM runs_now
 WHERE kind = %(kind)s AND actor = %(actor)s AND state = 'interrupted'
   AND started_at < clock_timestamp() - interval '1 second';

-- close_abandoned --
-- A run whose process is gone is over; what it did stands
UPDATE runs
   SET state = 'finished', finished_at = heartbeat_at, message = %(message)s, changes = changes_of(id),
       counts = jsonb_build_object('labels', (SELECT count(*) FROM labels AS l WHERE l.run_id = runs.id))
 WHERE id = %(id)s AND state IN ('running', 'interrupted')
RETURNING id;

-- note_counts --
-- What a run has done so far
UPDATE runs SET counts = counts || %(counts)s WHERE id = %(id)s;

-- tie_notebook --
-- The executed notebook of runs
UPDATE runs SET notebook = %(notebook)s WHERE id = ANY(%(ids)s);

-- move_notebook --
-- An executed notebook is kept under another name
UPDATE runs SET notebook = %(after)s WHERE notebook = %(before)s;

-- run_by_id --
-- One run
SELECT id, kind, job, state, parameters, config_digest, rule_set, code_version, host, pid, actor, reason, started_at,
       heartbeat_at, finished_at, counts, seconds, notebook, message, changes, ended_as, rolled_back_by, attempts,
       pruned_by
  FROM runs_now
 WHERE id = %(id)s;

-- recent_runs --
-- The newest runs, labelling sessions only if asked for
SELECT id, kind, job, state, parameters, config_digest, rule_set, code_version, host, pid, actor, reason, started_at,
       heartbeat_at, finished_at, counts, seconds, notebook, message, changes, ended_as, rolled_back_by, attempts,
       pruned_by
  FROM runs_now
 WHERE CASE WHEN %(kind)s::text IS NULL THEN kind <> 'review' OR %(reviews)s ELSE kind = %(kind)s END
   AND (%(state)s::text IS NULL OR state = %(state)s)
 ORDER BY id DESC
 LIMIT %(most)s;

-- runs_of_notebook --
-- What a notebook started, in the order in which it did
SELECT id FROM runs WHERE notebook = %(notebook)s AND kind <> 'notebook' ORDER BY id;

-- add_items --
-- Pieces of work; those already there stay as they are
INSERT INTO items (run_id, stage, wave, key, payload)
SELECT %(run_id)s, %(stage)s, %(wave)s, key, payload::jsonb
  FROM unnest(%(keys)s::text[], %(payloads)s::text[]) WITH ORDINALITY AS new (key, payload, place)
 ORDER BY place
ON CONFLICT DO NOTHING;

-- claim --
-- Take some items under a lease; items somebody else is claiming are passed over
WITH free AS (
    SELECT id
      FROM items
     WHERE run_id = %(run_id)s AND stage = %(stage)s AND wave = %(wave)s AND state = 'todo' AND alone = %(alone)s
     ORDER BY id
     LIMIT %(most)s
       FOR UPDATE SKIP LOCKED
)
UPDATE items AS i
   SET state = 'running', lease = %(lease)s, leased_until = clock_timestamp() + make_interval(secs => %(lease_s)s),
       worker = %(worker)s
  FROM free
 WHERE i.id = free.id
RETURNING i.id, i.run_id, i.stage, i.wave, i.key, i.payload, i.strikes, i.kills, i.lease::text AS lease;

-- renew --
-- The leases of a living process
UPDATE items
   SET leased_until = clock_timestamp() + make_interval(secs => %(lease_s)s)
 WHERE run_id = %(run_id)s AND state = 'running' AND lease = %(lease)s;

-- release_lost --
-- Items whose process is gone: no strike, but what reads a file is then tried alone
UPDATE items
   SET state = 'todo', alone = stage = 'read', lease = NULL, leased_until = NULL, worker = NULL
 WHERE run_id = %(run_id)s AND state = 'running' AND (lease <> %(lease)s OR lease IS NULL)
   AND (%(all)s OR leased_until < clock_timestamp());

-- open_keys --
-- What is still to be done of a stage
SELECT key FROM items WHERE run_id = %(run_id)s AND stage = %(stage)s AND state IN ('todo', 'running');

-- drop_items --
-- Work that is no longer there to be done
UPDATE items
   SET state = 'done', outcome = 'gone', finished_at = clock_timestamp(), lease = NULL, leased_until = NULL
 WHERE run_id = %(run_id)s AND stage = %(stage)s AND key = ANY(%(keys)s);

-- give_back --
-- Items that this process claimed and did not get to
UPDATE items
   SET state = 'todo', lease = NULL, leased_until = NULL, worker = NULL
 WHERE run_id = %(run_id)s AND state = 'running' AND lease = %(lease)s;

-- complete --
-- Items that are done, where the lease still holds
UPDATE items AS i
   SET state = done.state, outcome = done.outcome, finished_at = clock_timestamp(), lease = NULL, leased_until = NULL
  FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(outcomes)s::text[]) AS done (id, state, outcome)
 WHERE i.id = done.id AND i.state = 'running' AND i.lease = %(lease)s;

-- put_off --
-- Items of which a part is done: the rest comes in a later wave
UPDATE items AS i
   SET state = 'todo', wave = %(wave)s, lease = NULL, leased_until = NULL, worker = NULL
 WHERE id = ANY(%(ids)s::bigint[]) AND state = 'running' AND lease = %(lease)s;

-- strike --
-- A worker died on this item; it is tried again alone
UPDATE items
   SET strikes = strikes + %(count)s, kills = kills + %(kills)s, state = 'todo', alone = true, lease = NULL,
       leased_until = NULL
 WHERE id = %(id)s AND lease = %(lease)s
RETURNING strikes;

-- next_wave --
-- The lowest wave of a stage that has open items
SELECT min(wave) FROM items WHERE run_id = %(run_id)s AND stage = %(stage)s AND state IN ('todo', 'running');

-- progress --
-- How far a run is
SELECT stage, count(*) FILTER (WHERE state NOT IN ('todo', 'running')) AS done, count(*) AS total
  FROM items
 WHERE run_id = %(run_id)s
 GROUP BY stage;

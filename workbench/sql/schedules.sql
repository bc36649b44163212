-- entry --
-- What is known of a schedule: since when its due times count, and its newest run
SELECT name, definition, counted_from, run_id FROM schedules WHERE name = %(name)s;

-- counted --
-- Schedules whose due times are counted
SELECT name FROM schedules WHERE definition <> '' ORDER BY name;

-- count --
-- Count due times by a definition; from now on, unless they are counted by the same one already
INSERT INTO schedules (name, definition, counted_from)
VALUES (%(name)s, %(definition)s, %(counted_from)s)
ON CONFLICT (name) DO UPDATE
   SET definition = excluded.definition, counted_from = excluded.counted_from
 WHERE schedules.definition <> excluded.definition;

-- note_run --
-- The newest run of a schedule
INSERT INTO schedules (name, definition, counted_from, run_id)
VALUES (%(name)s, '', clock_timestamp(), %(run_id)s)
ON CONFLICT (name) DO UPDATE SET run_id = excluded.run_id;

-- last_noted --
-- The newest due time of which is known what became of it
SELECT max(due_at) FROM schedule_events WHERE schedule = %(name)s;

-- note --
-- What became of a due time; the first word stands
INSERT INTO schedule_events (schedule, due_at, times, outcome, run_id, message)
VALUES (%(schedule)s, %(due_at)s, %(times)s, %(outcome)s, %(run_id)s, %(message)s)
ON CONFLICT (schedule, due_at) DO NOTHING
RETURNING id;

-- claim_due --
-- Take a due time upon oneself; also one that was given up for missed
INSERT INTO schedule_events (schedule, due_at, outcome, message)
VALUES (%(schedule)s, %(due_at)s, 'started', %(message)s)
ON CONFLICT (schedule, due_at) DO UPDATE
   SET outcome = 'started', message = excluded.message, noted_at = clock_timestamp()
 WHERE schedule_events.outcome = 'missed' AND schedule_events.times = 1
RETURNING id;

-- amend --
-- What became of a due time after all
UPDATE schedule_events
   SET outcome = %(outcome)s, run_id = coalesce(%(run_id)s, run_id), message = %(message)s
 WHERE id = %(id)s;

-- tie_run --
-- The run that a due time started
UPDATE schedule_events SET run_id = %(run_id)s WHERE id = %(id)s;

-- at_work --
-- When the runs of a schedule were at work, of those that ended after a moment
SELECT r.id, r.started_at, CASE WHEN r.is_alive THEN clock_timestamp() ELSE coalesce(r.finished_at, r.heartbeat_at) END
  FROM runs_now AS r
 WHERE (r.id = (SELECT s.run_id FROM schedules AS s WHERE s.name = %(name)s)
        OR r.id IN (SELECT e.run_id FROM schedule_events AS e WHERE e.schedule = %(name)s AND e.outcome = 'started'))
   AND (r.is_alive OR coalesce(r.finished_at, r.heartbeat_at) > %(after)s)
 ORDER BY r.id;

-- holder --
-- The run of a schedule that is at work
SELECT r.id
  FROM schedules AS s
  JOIN runs_now AS r ON r.id = s.run_id
 WHERE s.name = %(name)s AND r.is_alive;

-- events --
-- What became of the due times of a schedule, newest first
SELECT e.schedule, e.due_at, e.times, e.outcome, e.run_id, r.state AS run_state, e.message, e.noted_at
  FROM schedule_events AS e
  LEFT JOIN runs_now AS r ON r.id = e.run_id
 WHERE e.schedule = %(name)s
 ORDER BY e.due_at DESC
 LIMIT %(most)s;

-- since_started --
-- How many due times were missed or met one at work since the newest that was started
SELECT coalesce(sum(e.times) FILTER (WHERE e.outcome = 'missed'), 0)::integer,
       coalesce(sum(e.times) FILTER (WHERE e.outcome = 'overlapped'), 0)::integer
  FROM schedule_events AS e
 WHERE e.schedule = %(name)s
   AND e.due_at > coalesce((SELECT max(s.due_at)
                              FROM schedule_events AS s
                             WHERE s.schedule = %(name)s AND s.outcome = 'started'), '-infinity');

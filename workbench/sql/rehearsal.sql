-- speak_for --
-- Who the statements that follow belong to
SELECT set_config('workbench.run', %(run)s, true), set_config('workbench.actor', %(actor)s, true),
       set_config('workbench.roles', %(roles)s, true);

-- check_now --
-- What a commit would look at
SET CONSTRAINTS ALL IMMEDIATE;

-- check_later --
-- … and is looked at again after the next step
SET CONSTRAINTS ALL DEFERRED;

-- is_staged --
-- Whether this session has a temporary table of that name
SELECT to_regclass('pg_temp.' || quote_ident(%(name)s)) IS NOT NULL;

-- dropped_on_commit --
-- Temporary tables that a commit would drop
SELECT relname
  FROM pg_class
 WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r' AND relname <> ALL (%(kept)s::text[]);

-- act_as_login --
-- Ending a process of one's own takes the login itself, not the role it takes on
SET ROLE NONE;

-- is_in_the_way --
-- Whether somebody waits for what the process has written, other than another rehearsal, or a run that begins: that
-- waits for the journal, and not for long
SELECT EXISTS (
    SELECT FROM pg_locks AS l
      LEFT JOIN pg_stat_activity AS a USING (pid)
     WHERE NOT l.granted
       AND NOT (l.locktype = 'relation' AND l.relation = 'workbench.changes'::regclass AND l.mode = 'ShareLock')
       AND %(pid)s::integer = ANY(pg_blocking_pids(l.pid))
       AND a.application_name IS DISTINCT FROM %(ours)s::text
);

-- give_way --
-- End the process; the server forgets what it wrote
SELECT pg_terminate_backend(%(pid)s::integer);

-- The foundation: roles, the nouns, the journal that the database writes itself,
-- a run's items, effects, rights and search. Run as a role that may create roles;
-- everything made here belongs to workbench_owner.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['workbench_owner', 'workbench_service', 'workbench_app'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS', wanted);
        END IF;
        -- Membership lets a single login of a database server act as each of them. Who made a role may administer
        -- it, but from PostgreSQL 16 on is not yet allowed to act as it; a superuser needs no grant.
        IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
            BEGIN
                EXECUTE format('GRANT %I TO %I', wanted, current_user);
            EXCEPTION WHEN insufficient_privilege THEN
                -- Roles that an administrator made beforehand were granted by that administrator, or SET ROLE says so.
                NULL;
            END;
        END IF;
    END LOOP;
    EXECUTE format('GRANT CREATE ON DATABASE %I TO workbench_owner', current_database());
END $$;

SET ROLE workbench_owner;

CREATE SCHEMA workbench;
SET search_path TO workbench;
GRANT USAGE ON SCHEMA workbench TO workbench_service, workbench_app;


-- Runs and what hangs off them: operational, so not journaled ------------------------------------

CREATE TABLE runs (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind          text NOT NULL,
    job           text NOT NULL,
    state         text NOT NULL DEFAULT 'running'
                  CHECK (state IN ('queued', 'running', 'finished', 'finished_with_problems', 'failed',
                                   'interrupted', 'rolled_back')),
    parameters    jsonb NOT NULL DEFAULT '{}',
    config_digest text NOT NULL DEFAULT '',
    code_version  text NOT NULL DEFAULT '',
    host          text NOT NULL DEFAULT '',
    pid           integer,
    actor         text NOT NULL,
    reason        text NOT NULL DEFAULT '',
    started_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    heartbeat_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at   timestamptz,
    counts        jsonb NOT NULL DEFAULT '{}',
    seconds       jsonb NOT NULL DEFAULT '{}',
    notebook      text,
    message       text NOT NULL DEFAULT ''
);
COMMENT ON COLUMN runs.job IS 'what two runs must not do at once, e.g. the folders of an ingest';
CREATE INDEX runs_open ON runs (kind, job) WHERE state IN ('queued', 'running', 'interrupted');

CREATE TABLE items (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id       bigint NOT NULL REFERENCES runs ON DELETE CASCADE,
    stage        text NOT NULL CHECK (stage IN ('take', 'read', 'relate', 'classify')),
    wave         integer NOT NULL DEFAULT 0,
    key          text NOT NULL,
    payload      jsonb NOT NULL DEFAULT '{}',
    state        text NOT NULL DEFAULT 'todo' CHECK (state IN ('todo', 'running', 'done', 'failed', 'quarantined')),
    strikes      integer NOT NULL DEFAULT 0,
    alone        boolean NOT NULL DEFAULT false,
    lease        uuid,
    leased_until timestamptz,
    worker       text,
    outcome      text,
    finished_at  timestamptz,
    UNIQUE (run_id, stage, key)
);
COMMENT ON COLUMN items.alone IS 'its lease was lost with a process: it is tried with nothing beside it';
CREATE INDEX items_open ON items (run_id, stage, wave, id) WHERE state IN ('todo', 'running');

CREATE TABLE changes (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id     bigint NOT NULL REFERENCES runs,
    relation   text NOT NULL,
    operation  text NOT NULL CHECK (operation IN ('insert', 'update', 'delete')),
    key        jsonb NOT NULL,
    before     jsonb,
    actor      text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX changes_of_run ON changes (run_id, id);
CREATE INDEX changes_of_row ON changes (relation, key, id);

CREATE TABLE effects (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id       bigint NOT NULL REFERENCES runs,
    target       text NOT NULL,
    operation    text NOT NULL,
    key          text NOT NULL,
    payload      jsonb NOT NULL DEFAULT '{}',
    inverse      jsonb NOT NULL DEFAULT '{}',
    state        text NOT NULL DEFAULT 'intended'
                 CHECK (state IN ('intended', 'performed', 'done', 'undoing', 'undone', 'failed')),
    attempts     integer NOT NULL DEFAULT 0,
    message      text NOT NULL DEFAULT '',
    intended_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    settled_at   timestamptz,
    UNIQUE (run_id, target, operation, key)
);
CREATE INDEX effects_open ON effects (run_id, id) WHERE state IN ('intended', 'performed', 'undoing');

CREATE TABLE snapshots (
    name       text PRIMARY KEY,
    change_id  bigint NOT NULL,
    reason     text NOT NULL,
    actor      text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);


-- Which run and which person a transaction belongs to ------------------------------------------------

CREATE FUNCTION current_run() RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    run text := current_setting('workbench.run', true);
BEGIN
    IF run IS NULL OR run = '' THEN
        RAISE EXCEPTION 'a write to the catalogue outside a run is refused'
            USING HINT = 'Open the transaction with a run, so that the change can be explained and taken back.',
                  ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN run::bigint;
END $$;

CREATE FUNCTION current_actor() RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('workbench.actor', true), ''), session_user::text)
$$;


-- The catalogue: journaled ----------------------------------------------------------------------

CREATE TABLE blobs (
    digest        text PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
    size          bigint NOT NULL CHECK (size >= 0),
    stored_digest text NOT NULL CHECK (stored_digest ~ '^[0-9a-f]{64}$'),
    key_id        text,
    run_id        bigint NOT NULL DEFAULT current_run(),
    stored_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON COLUMN blobs.stored_digest IS 'digest of what lies in the store: equals digest unless the blob is sealed';

CREATE TABLE arrivals (
    id           bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    source       text NOT NULL,
    external_id  text NOT NULL,
    locator      text NOT NULL,
    name         text NOT NULL,
    digest       text NOT NULL REFERENCES blobs DEFERRABLE INITIALLY DEFERRED,
    parent       text REFERENCES blobs DEFERRABLE INITIALLY DEFERRED,
    depth        integer NOT NULL DEFAULT 0,
    size         bigint,
    modified_at  timestamptz,
    state        text NOT NULL DEFAULT 'present' CHECK (state IN ('present', 'superseded', 'moved', 'vanished')),
    successor_id bigint REFERENCES arrivals DEFERRABLE INITIALLY DEFERRED,
    metadata     jsonb NOT NULL DEFAULT '{}',
    run_id       bigint NOT NULL DEFAULT current_run(),
    taken_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (source, external_id)
);
CREATE INDEX arrivals_of_document ON arrivals (digest);
CREATE INDEX arrivals_at_place ON arrivals (source, md5(locator));
CREATE INDEX arrivals_in_container ON arrivals (parent) WHERE parent IS NOT NULL;

-- Large and derived: only ever inserted, found by digest, freed when no journal names them.
CREATE TABLE texts (
    digest   text PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
    body     text NOT NULL,
    length   integer NOT NULL
);
ALTER TABLE texts ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE structures (
    digest text PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
    body   text NOT NULL
);

CREATE TABLE extractions (
    id               bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    digest           text NOT NULL REFERENCES blobs DEFERRABLE INITIALLY DEFERRED,
    extractor        text NOT NULL,
    version          text NOT NULL,
    options_digest   text NOT NULL,
    media_type       text NOT NULL,
    state            text NOT NULL CHECK (state IN ('ok', 'partial', 'empty', 'encrypted', 'corrupt', 'timeout',
                                                    'unsupported', 'too_large')),
    message          text NOT NULL DEFAULT '',
    text_digest      text REFERENCES texts,
    structure_digest text REFERENCES structures,
    page_starts      integer[] NOT NULL DEFAULT '{}',
    children         integer NOT NULL DEFAULT 0,
    from_ocr         boolean NOT NULL DEFAULT false,
    metadata         jsonb NOT NULL DEFAULT '{}',
    warnings         text[] NOT NULL DEFAULT '{}',
    seconds          jsonb NOT NULL DEFAULT '{}',
    run_id           bigint NOT NULL DEFAULT current_run(),
    extracted_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (digest, extractor, version, options_digest)
);
CREATE INDEX extractions_with_text ON extractions (text_digest);

CREATE TABLE documents (
    id            bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    digest        text NOT NULL UNIQUE REFERENCES blobs DEFERRABLE INITIALLY DEFERRED,
    arrival_id    bigint NOT NULL REFERENCES arrivals DEFERRABLE INITIALLY DEFERRED,
    extraction_id bigint REFERENCES extractions DEFERRABLE INITIALLY DEFERRED,
    name          text NOT NULL,
    locator       text NOT NULL,
    media_type    text NOT NULL,
    size          bigint NOT NULL,
    title         text,
    subject       text,
    sender        text,
    recipients    text[] NOT NULL DEFAULT '{}',
    language      text,
    pages         integer,
    written_at    timestamptz,
    state         text NOT NULL DEFAULT 'taken'
                  CHECK (state IN ('taken', 'ok', 'partial', 'empty', 'encrypted', 'corrupt', 'timeout',
                                   'unsupported', 'too_large', 'quarantined')),
    decision      text NOT NULL DEFAULT 'pending'
                  CHECK (decision IN ('pending', 'classified', 'needs_review', 'unreadable', 'container')),
    category      text,
    confidence    real,
    decided_by    text,
    reason        text NOT NULL DEFAULT '',
    taken_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON COLUMN documents.arrival_id IS 'the arrival that gives it its name: least depth, shortest place, then first by name';
CREATE INDEX documents_by_category ON documents (category, id);
CREATE INDEX documents_by_decision ON documents (decision, id);
CREATE INDEX documents_with_extraction ON documents (extraction_id);

CREATE TABLE opinions (
    id          bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    document_id bigint NOT NULL REFERENCES documents DEFERRABLE INITIALLY DEFERRED,
    classifier  text NOT NULL,
    version     text NOT NULL,
    inputs      text NOT NULL,
    category    text,
    confidence  real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    reason      text NOT NULL,
    evidence    jsonb NOT NULL DEFAULT '[]',
    scores      jsonb NOT NULL DEFAULT '{}',
    run_id      bigint NOT NULL DEFAULT current_run(),
    given_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (document_id, classifier, version, inputs)
);

CREATE TABLE labels (
    id          bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    document_id bigint NOT NULL REFERENCES documents DEFERRABLE INITIALLY DEFERRED,
    category    text NOT NULL,
    actor       text NOT NULL,
    note        text NOT NULL DEFAULT '',
    run_id      bigint NOT NULL DEFAULT current_run(),
    labelled_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX labels_of_document ON labels (document_id, id);

CREATE TABLE problems (
    id          bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    stage       text NOT NULL,
    kind        text NOT NULL,
    message     text NOT NULL,
    advice      text NOT NULL DEFAULT '',
    locator     text NOT NULL DEFAULT '',
    digest      text REFERENCES blobs DEFERRABLE INITIALLY DEFERRED,
    run_id      bigint NOT NULL DEFAULT current_run(),
    happened_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX problems_of_document ON problems (digest);
CREATE INDEX problems_of_run ON problems (run_id);

CREATE TABLE near_duplicates (
    document_id bigint NOT NULL REFERENCES documents DEFERRABLE INITIALLY DEFERRED,
    kind        text NOT NULL CHECK (kind IN ('text', 'image')),
    original_id bigint NOT NULL REFERENCES documents DEFERRABLE INITIALLY DEFERRED,
    score       real NOT NULL CHECK (score BETWEEN 0 AND 1),
    difference  text NOT NULL CHECK (difference IN ('none', 'layout', 'wording', 'numbers', 'scan')),
    details     jsonb NOT NULL DEFAULT '{}',
    run_id      bigint NOT NULL DEFAULT current_run(),
    PRIMARY KEY (document_id, kind),
    CHECK (document_id <> original_id)
);
CREATE INDEX near_duplicates_of ON near_duplicates (original_id);

CREATE TABLE rule_sets (
    digest     text PRIMARY KEY,
    author     text NOT NULL,
    message    text NOT NULL,
    body       text NOT NULL,
    run_id     bigint NOT NULL DEFAULT current_run(),
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE categories (
    id             text PRIMARY KEY,
    title_de       text NOT NULL DEFAULT '',
    title_en       text NOT NULL DEFAULT '',
    sensitive      boolean NOT NULL DEFAULT false,
    roles          text[] NOT NULL DEFAULT '{}',
    retention_days integer,
    target         text
);


-- What likeness is looked up by: derived from content alone, only ever inserted --------------------

-- Signatures made by different methods do not compare; a new method comes with a migration that drops the old.
CREATE TABLE text_signatures (
    text_digest text PRIMARY KEY REFERENCES texts ON DELETE CASCADE,
    method      text NOT NULL,
    signature   bytea NOT NULL
);
CREATE TABLE text_bands (
    band        smallint NOT NULL,
    hash        bigint NOT NULL,
    text_digest text NOT NULL REFERENCES texts ON DELETE CASCADE,
    PRIMARY KEY (band, hash, text_digest)
);
CREATE INDEX text_bands_of_text ON text_bands (text_digest);

CREATE TABLE image_signatures (
    digest    text PRIMARY KEY REFERENCES blobs ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    method    text NOT NULL,
    signature bytea NOT NULL
);
CREATE TABLE image_bands (
    band   smallint NOT NULL,
    hash   bigint NOT NULL,
    digest text NOT NULL REFERENCES blobs ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (band, hash, digest)
);
CREATE INDEX image_bands_of_blob ON image_bands (digest);


-- The journal: written by the database, so that no code path can forget it ------------------------

CREATE FUNCTION refuse_truncate() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'TRUNCATE of % is refused: it would pass by the journal', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever inserted', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

-- Makes the journal triggers of one relation. Statement triggers with transition tables cost one
-- INSERT … SELECT a statement; the SQL is written out per relation, so no row is taken apart by name.
CREATE PROCEDURE keep_journal(relation text, VARIADIC keys text[])
LANGUAGE plpgsql AS $$
DECLARE
    key_of_old text;
    key_of_new text;
    same_key text;
BEGIN
    SELECT format('jsonb_build_object(%s)', string_agg(format('%L, o.%I', k, k), ', ')),
           format('jsonb_build_object(%s)', string_agg(format('%L, n.%I', k, k), ', ')),
           string_agg(format('o.%I = n.%I', k, k), ' AND ')
      INTO key_of_old, key_of_new, same_key
      FROM unnest(keys) AS k;

    EXECUTE format($body$
        CREATE FUNCTION %1$I() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = workbench, pg_temp AS $f$
        BEGIN
            IF EXISTS (SELECT FROM new_rows) THEN
                INSERT INTO changes (run_id, relation, operation, key, actor)
                SELECT current_run(), %2$L, 'insert', %3$s, current_actor() FROM new_rows AS n;
            END IF;
            RETURN NULL;
        END $f$ $body$, 'journal_insert_' || relation, relation, key_of_new);

    EXECUTE format($body$
        CREATE FUNCTION %1$I() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = workbench, pg_temp AS $f$
        BEGIN
            IF EXISTS (SELECT FROM old_rows AS o WHERE NOT EXISTS (SELECT FROM new_rows AS n WHERE %4$s)) THEN
                RAISE EXCEPTION 'the primary key of %% does not change', %2$L;
            END IF;
            INSERT INTO changes (run_id, relation, operation, key, before, actor)
            SELECT current_run(), %2$L, 'update', %3$s, to_jsonb(o), current_actor()
              FROM old_rows AS o
              JOIN new_rows AS n ON %4$s
             WHERE o IS DISTINCT FROM n;
            RETURN NULL;
        END $f$ $body$, 'journal_update_' || relation, relation, key_of_old, same_key);

    EXECUTE format($body$
        CREATE FUNCTION %1$I() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = workbench, pg_temp AS $f$
        BEGIN
            IF EXISTS (SELECT FROM old_rows) THEN
                INSERT INTO changes (run_id, relation, operation, key, before, actor)
                SELECT current_run(), %2$L, 'delete', %3$s, to_jsonb(o), current_actor() FROM old_rows AS o;
            END IF;
            RETURN NULL;
        END $f$ $body$, 'journal_delete_' || relation, relation, key_of_old);

    EXECUTE format('CREATE TRIGGER journal_insert AFTER INSERT ON %1$I REFERENCING NEW TABLE AS new_rows '
                   'FOR EACH STATEMENT EXECUTE FUNCTION %2$I()', relation, 'journal_insert_' || relation);
    EXECUTE format('CREATE TRIGGER journal_update AFTER UPDATE ON %1$I REFERENCING OLD TABLE AS old_rows '
                   'NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION %2$I()',
                   relation, 'journal_update_' || relation);
    EXECUTE format('CREATE TRIGGER journal_delete AFTER DELETE ON %1$I REFERENCING OLD TABLE AS old_rows '
                   'FOR EACH STATEMENT EXECUTE FUNCTION %2$I()', relation, 'journal_delete_' || relation);
    EXECUTE format('CREATE TRIGGER journal_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
                   'EXECUTE FUNCTION refuse_truncate()', relation);
END $$;

CALL keep_journal('blobs', 'digest');
CALL keep_journal('arrivals', 'id');
CALL keep_journal('extractions', 'id');
CALL keep_journal('documents', 'id');
CALL keep_journal('opinions', 'id');
CALL keep_journal('labels', 'id');
CALL keep_journal('problems', 'id');
CALL keep_journal('near_duplicates', 'document_id', 'kind');
CALL keep_journal('rule_sets', 'digest');
CALL keep_journal('categories', 'id');

-- Opinions, extractions and what is found by digest are never changed, only added and taken back.
DO $$
DECLARE
    relation text;
BEGIN
    FOREACH relation IN ARRAY ARRAY['texts', 'structures', 'text_signatures', 'text_bands', 'image_signatures',
                                    'image_bands', 'extractions', 'opinions', 'labels', 'rule_sets', 'changes'] LOOP
        EXECUTE format('CREATE TRIGGER insert_only BEFORE UPDATE ON %I FOR EACH ROW '
                       'EXECUTE FUNCTION refuse_change()', relation);
    END LOOP;
    FOREACH relation IN ARRAY ARRAY['texts', 'structures', 'text_signatures', 'text_bands', 'image_signatures',
                                    'image_bands', 'changes', 'effects', 'runs'] LOOP
        EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %I FOR EACH STATEMENT '
                       'EXECUTE FUNCTION refuse_truncate()', relation);
    END LOOP;
END $$;


-- Rights: one door, row-level security on the roles of the caller and the category ------------------

-- Categories that the caller must not see. Roles come with the transaction; '*' sees everything.
CREATE FUNCTION hidden_categories() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = workbench, pg_temp AS $$
    SELECT coalesce(array_agg(id), '{}')
      FROM categories
     WHERE sensitive
       AND NOT string_to_array(coalesce(current_setting('workbench.roles', true), ''), ',') && (roles || '{*,admin}')
$$;

ALTER TABLE documents ENABLE ROW LEVEL SECURITY;
CREATE POLICY service ON documents TO workbench_service USING (true) WITH CHECK (true);
CREATE POLICY visible ON documents TO workbench_app
    USING (category IS NULL OR category <> ALL ((SELECT hidden_categories())::text[]))
    WITH CHECK (true);

-- What hangs off a document is seen with it; a blob no document names yet is nobody's secret.
CREATE PROCEDURE follow_documents(relation text, condition text)
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', relation);
    EXECUTE format('CREATE POLICY service ON %I TO workbench_service USING (true) WITH CHECK (true)', relation);
    EXECUTE format('CREATE POLICY visible ON %I TO workbench_app USING (cardinality((SELECT hidden_categories())::text[]) = 0 '
                   'OR %s) WITH CHECK (true)', relation, condition);
END $$;

CALL follow_documents('arrivals', 'EXISTS (SELECT FROM documents AS d WHERE d.digest = arrivals.digest)');
CALL follow_documents('extractions', 'EXISTS (SELECT FROM documents AS d WHERE d.digest = extractions.digest)');
CALL follow_documents('opinions', 'EXISTS (SELECT FROM documents AS d WHERE d.id = opinions.document_id)');
CALL follow_documents('labels', 'EXISTS (SELECT FROM documents AS d WHERE d.id = labels.document_id)');
CALL follow_documents('problems', 'digest IS NULL OR EXISTS (SELECT FROM documents AS d WHERE d.digest = problems.digest)');
CALL follow_documents('near_duplicates',
                      'EXISTS (SELECT FROM documents AS d WHERE d.id = near_duplicates.document_id) '
                      'AND EXISTS (SELECT FROM documents AS d WHERE d.id = near_duplicates.original_id)');
CALL follow_documents('texts', 'EXISTS (SELECT FROM extractions AS e WHERE e.text_digest = texts.digest)');
CALL follow_documents('structures', 'EXISTS (SELECT FROM extractions AS e WHERE e.structure_digest = structures.digest)');
CALL follow_documents('text_signatures',
                      'EXISTS (SELECT FROM extractions AS e WHERE e.text_digest = text_signatures.text_digest)');
CALL follow_documents('text_bands',
                      'EXISTS (SELECT FROM extractions AS e WHERE e.text_digest = text_bands.text_digest)');
CALL follow_documents('image_signatures',
                      'EXISTS (SELECT FROM documents AS d WHERE d.digest = image_signatures.digest)');
CALL follow_documents('image_bands', 'EXISTS (SELECT FROM documents AS d WHERE d.digest = image_bands.digest)');


-- Search: words of name and title weigh most, then sender and subject, then the body ---------------

CREATE TABLE search_entries (
    document_id   bigint PRIMARY KEY REFERENCES documents ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    configuration regconfig NOT NULL,
    vector        tsvector NOT NULL
);
COMMENT ON TABLE search_entries IS 'derived from documents and texts by trigger; reached through search_documents only';
CREATE INDEX search_entries_words ON search_entries USING gin (vector) WITH (fastupdate = off);

CREATE FUNCTION search_configuration(language text) RETURNS regconfig
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE language WHEN 'en' THEN 'pg_catalog.english'::regconfig ELSE 'pg_catalog.german'::regconfig END
$$;

-- A tsvector holds at most 1 MB: of a longer text as much of its beginning as fits is indexed.
CREATE FUNCTION body_vector(configuration regconfig, body text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    kept integer := 2000000;
BEGIN
    IF body IS NULL THEN
        RETURN ''::tsvector;
    ELSIF length(body) < 150000 THEN
        RETURN to_tsvector(configuration, body);
    END IF;
    LOOP
        BEGIN
            RETURN to_tsvector(configuration, left(body, kept));
        EXCEPTION WHEN program_limit_exceeded THEN
            kept := kept / 2;
        END;
    END LOOP;
END $$;

CREATE FUNCTION index_documents() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = workbench, pg_temp AS $$
BEGIN
    INSERT INTO search_entries (document_id, configuration, vector)
    SELECT n.id, c.configuration,
           setweight(to_tsvector(c.configuration, translate(n.name, '_-.', '   ')), 'A')
           || setweight(to_tsvector(c.configuration, coalesce(n.title, '')), 'A')
           || setweight(to_tsvector(c.configuration, concat_ws(' ', n.subject, n.sender)), 'B')
           || body_vector(c.configuration, t.body)
      FROM new_rows AS n
     CROSS JOIN LATERAL (SELECT search_configuration(n.language) AS configuration) AS c
      LEFT JOIN extractions AS e ON e.id = n.extraction_id
      LEFT JOIN texts AS t ON t.digest = e.text_digest
    ON CONFLICT (document_id) DO UPDATE SET configuration = excluded.configuration, vector = excluded.vector;
    RETURN NULL;
END $$;

-- A transition table cannot be combined with a column list, so the unchanged ones are sorted out here.
CREATE FUNCTION index_changed_documents() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = workbench, pg_temp AS $$
BEGIN
    UPDATE search_entries AS s
       SET configuration = c.configuration,
           vector = setweight(to_tsvector(c.configuration, translate(n.name, '_-.', '   ')), 'A')
                    || setweight(to_tsvector(c.configuration, coalesce(n.title, '')), 'A')
                    || setweight(to_tsvector(c.configuration, concat_ws(' ', n.subject, n.sender)), 'B')
                    || body_vector(c.configuration, t.body)
      FROM new_rows AS n
      JOIN old_rows AS o ON o.id = n.id
     CROSS JOIN LATERAL (SELECT search_configuration(n.language) AS configuration) AS c
      LEFT JOIN extractions AS e ON e.id = n.extraction_id
      LEFT JOIN texts AS t ON t.digest = e.text_digest
     WHERE s.document_id = n.id
       AND (o.name, o.title, o.subject, o.sender, o.language, o.extraction_id)
           IS DISTINCT FROM (n.name, n.title, n.subject, n.sender, n.language, n.extraction_id);
    RETURN NULL;
END $$;

CREATE TRIGGER index_new AFTER INSERT ON documents REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION index_documents();
CREATE TRIGGER index_changed AFTER UPDATE ON documents REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION index_changed_documents();

-- A question as people type it: "quotes", -without, or; a trailing * asks for words that begin so, and may be
-- negated (-mahn*), joined (rechn* or mahn*) and part of a phrase ("offene rechn*") as every other word.
CREATE FUNCTION search_query(configuration regconfig, question text) RETURNS tsquery
LANGUAGE plpgsql STABLE AS $$
DECLARE
    -- Each beginning is replaced by a word of its own kind until the rest of the question is understood.
    beginnings text[] := ARRAY(SELECT m[1] FROM regexp_matches(question, '([^[:space:]"*]+)\*+', 'g') AS m);
    asked text := question;
    beginning text;
    wanted text;
BEGIN
    FOR place IN 1 .. cardinality(beginnings) LOOP
        beginning := regexp_replace(lower(beginnings[place]), '[^[:alnum:]äöüß]', '', 'g');
        -- The german dictionary writes ß as ss and folds umlauts; so must a beginning that is not looked up in it.
        IF configuration = 'pg_catalog.german'::regconfig THEN
            beginning := translate(replace(beginning, 'ß', 'ss'), 'äöü', 'aou');
        END IF;
        beginnings[place] := beginning;
        asked := regexp_replace(asked, '(-?)[^[:space:]"*]+\*+',
                                CASE beginning WHEN '' THEN ' ' ELSE format('\1beginning%sx ', place) END);
    END LOOP;
    wanted := websearch_to_tsquery(configuration, asked)::text;
    FOR place IN 1 .. cardinality(beginnings) LOOP
        wanted := replace(wanted, format('''beginning%sx''', place), format('''%s'':*', beginnings[place]));
    END LOOP;
    RETURN wanted::tsquery;
END $$;

-- The only way to search: it filters what the caller may not see itself, since the match operator is
-- not leakproof and a policy would keep the index from being used.
CREATE FUNCTION search_documents(question text, most integer, skip integer)
RETURNS TABLE (document_id bigint, rank real, snippet text, total bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = workbench, pg_temp AS $$
    WITH german AS (SELECT search_query('pg_catalog.german', question) AS query),
    english AS (SELECT search_query('pg_catalog.english', question) AS query),
    found AS (
        SELECT s.document_id, s.configuration, german.query, ts_rank_cd(s.vector, german.query, 1 | 32) AS rank
          FROM german, search_entries AS s
         WHERE s.vector @@ german.query AND s.configuration = 'pg_catalog.german'::regconfig
        UNION ALL
        SELECT s.document_id, s.configuration, english.query, ts_rank_cd(s.vector, english.query, 1 | 32)
          FROM english, search_entries AS s
         WHERE s.vector @@ english.query AND s.configuration = 'pg_catalog.english'::regconfig
    ),
    page AS (
        SELECT f.document_id, f.configuration, f.query, f.rank, d.name, d.extraction_id, count(*) OVER () AS total
          FROM found AS f
          JOIN documents AS d ON d.id = f.document_id
         WHERE d.category IS NULL OR d.category <> ALL ((SELECT hidden_categories())::text[])
         ORDER BY f.rank DESC, f.document_id
         LIMIT most OFFSET skip
    )
    SELECT p.document_id, p.rank,
           ts_headline(p.configuration, left(coalesce(nullif(t.body, ''), p.name), 100000), p.query,
                       'StartSel=«, StopSel=», MaxFragments=2, MinWords=6, MaxWords=18, FragmentDelimiter=" … "'),
           p.total
      FROM page AS p
      LEFT JOIN extractions AS e ON e.id = p.extraction_id
      LEFT JOIN texts AS t ON t.digest = e.text_digest
     ORDER BY p.rank DESC, p.document_id
$$;


-- Who may do what ---------------------------------------------------------------------------------

GRANT SELECT, INSERT, UPDATE ON runs, items, effects, snapshots TO workbench_service, workbench_app;
GRANT DELETE ON items, snapshots TO workbench_service;
GRANT SELECT ON changes TO workbench_service, workbench_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON blobs, arrivals, extractions, documents, opinions, labels, problems,
    near_duplicates, rule_sets, categories TO workbench_service, workbench_app;
GRANT SELECT, INSERT ON texts, structures, text_signatures, text_bands, image_signatures, image_bands
    TO workbench_service, workbench_app;
REVOKE ALL ON FUNCTION search_documents(text, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_documents(text, integer, integer) TO workbench_service, workbench_app;

RESET search_path;
RESET ROLE;

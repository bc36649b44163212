-- documents --
-- One row per distinct content
SELECT d.id, d.digest, d.name, d.locator, d.media_type, d.size, d.title, d.sender, d.language, d.pages, d.written_at,
       d.state, d.decision, d.category, d.confidence::float8 AS confidence, d.decided_by, d.reason, d.taken_at,
       e.extractor, coalesce(e.from_ocr, false) AS from_ocr, t.length AS characters,
       (e.seconds ->> 'read')::float8 AS read_s
  FROM documents AS d
  LEFT JOIN extractions AS e ON e.id = d.extraction_id
  LEFT JOIN texts AS t ON t.digest = e.text_digest;

-- arrivals --
-- One row per place a document came from
SELECT a.id, d.id AS document_id, a.source, a.locator, a.name, a.depth, a.size, a.modified_at, a.state, a.run_id,
       a.taken_at, a.id <> d.arrival_id AS is_duplicate
  FROM arrivals AS a
  JOIN documents AS d ON d.digest = a.digest;

-- opinions --
-- Every classifier's answers
SELECT id, document_id, classifier, version, category, confidence::float8 AS confidence, reason, run_id, given_at
  FROM opinions;

-- evidence --
-- The words behind the opinions
SELECT o.document_id, o.classifier, e.rule, e.category, e.field, e.found, e.weight
  FROM opinions AS o
 CROSS JOIN LATERAL jsonb_to_recordset(o.evidence)
       AS e (rule text, category text, field text, found text, weight float8);

-- labels --
-- What people decided
SELECT id, document_id, category, actor, note, run_id, labelled_at FROM labels;

-- problems --
-- What went wrong
SELECT p.id, d.id AS document_id, p.stage, p.kind, p.message, p.advice, p.locator, p.run_id, p.happened_at
  FROM problems AS p
  LEFT JOIN documents AS d ON d.digest = p.digest;

-- near_duplicates --
-- What is nearly the same as what
SELECT document_id, original_id, kind, score::float8 AS score, difference, run_id FROM near_duplicates;

-- categories --
-- The categories there are
SELECT id, title_de, title_en, sensitive, retention_days, target FROM categories;

-- runs --
-- Every run with its counts
SELECT id, kind, state, host, actor, reason, started_at, finished_at,
       extract(epoch FROM coalesce(finished_at, heartbeat_at) - started_at)::float8 AS duration_s,
       (counts ->> 'arrivals')::bigint AS arrivals, (counts ->> 'documents')::bigint AS documents,
       (counts ->> 'duplicates')::bigint AS duplicates, (counts ->> 'classified')::bigint AS classified,
       (counts ->> 'needs_review')::bigint AS needs_review, (counts ->> 'problems')::bigint AS problems,
       (seconds ->> 'take')::float8 AS take_s, (seconds ->> 'read')::float8 AS read_s,
       (seconds ->> 'relate')::float8 AS relate_s, (seconds ->> 'classify')::float8 AS classify_s,
       attempts, changes, ended_as, rolled_back_by
  FROM runs_now;

-- changes --
-- The journal: which row a run touched and how, without what the row held before
SELECT c.id, c.run_id, c.relation, c.operation, c.key::text AS key,
       coalesce(c.key ->> 'document_id', CASE c.relation WHEN 'documents' THEN c.key ->> 'id' END)::bigint AS document_id,
       c.actor, c.changed_at
  FROM changes AS c;

-- effects --
-- What was done, or is to be done, outside the catalogue
SELECT e.id, e.run_id, d.id AS document_id, e.target, e.operation, e.key, e.state, e.attempts, e.message,
       e.intended_at, e.settled_at
  FROM effects AS e
  LEFT JOIN documents AS d ON d.digest = e.digest;

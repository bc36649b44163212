-- journal_of_document --
-- Everything that ever happened to the rows of a document, oldest first; 0 stands for what the journal has forgotten
SELECT id, run_id, relation, operation, key, before, after, actor, changed_at
  FROM journal_of_document(%(digest)s);

-- gone_documents --
-- Documents that are no longer there, known to the journal
SELECT id, digest, name, locator FROM gone_documents(%(key)s);

-- runs_of_life --
-- The runs that touched a document, and which runs each of them took back
SELECT r.id, r.kind, r.state, r.host, r.actor, r.reason, r.started_at, r.notebook, r.rolled_back_by,
       ARRAY(SELECT b.id FROM runs AS b WHERE b.rolled_back_by = r.id ORDER BY b.id) AS took_back
  FROM runs_now AS r
 WHERE r.id = ANY(%(ids)s);

-- documents_called --
-- What documents are called, by number or digest
SELECT id, digest, name FROM documents WHERE id = ANY(%(ids)s) OR digest = ANY(%(digests)s);

-- arrivals_called --
-- Where successors of arrivals lie, and which documents they gave
SELECT a.id, a.locator, d.id AS document_id
  FROM arrivals AS a
  LEFT JOIN documents AS d ON d.digest = a.digest
 WHERE a.id = ANY(%(ids)s);

-- last_pruning --
-- How far the journal is forgotten, and when that was
SELECT up_to, run_id, pruned_at FROM prunings ORDER BY up_to DESC LIMIT 1;

-- strikes_of_document --
-- How often a document ended or outlasted its worker, by run
SELECT run_id, strikes, state
  FROM items
 WHERE run_id = ANY(%(ids)s) AND stage = 'read' AND key = %(digest)s AND strikes > 0;

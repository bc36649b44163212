-- Taking: what a source handed over becomes blobs, arrivals and documents ---------------------------

-- unknown_arrivals --
-- Of these external ids, the ones no present arrival has and none is held back under
SELECT external_id
  FROM unnest(%(external_ids)s::text[]) AS external_id
 WHERE NOT EXISTS (SELECT FROM arrivals AS a
                    WHERE a.source = %(source)s AND a.external_id = external_id.external_id AND a.state = 'present')
   AND NOT EXISTS (SELECT FROM holds AS h
                    WHERE h.source = %(source)s AND h.external_id = external_id.external_id);

-- held_among --
-- How many of these external ids are held back, by the run that had taken them
SELECT of_run, count(*)
  FROM holds
 WHERE source = %(source)s AND external_id = ANY(%(external_ids)s)
 GROUP BY of_run;

-- holds_of_run --
-- What is held back since a run was taken back
SELECT source, external_id, locator, digest, of_run
  FROM holds
 WHERE of_run = %(run_id)s
 ORDER BY locator COLLATE "C", external_id COLLATE "C";

-- release_holds --
-- What a run had taken may be taken again
DELETE FROM holds WHERE of_run = %(run_id)s;

-- present_arrivals --
-- Of these external ids, the ones that a present arrival has
SELECT external_id FROM arrivals
 WHERE source = %(source)s AND external_id = ANY(%(external_ids)s) AND state = 'present';

-- places_below --
-- Where present arrivals of a source lie, below one root; what is moved away as it is taken need not be there any more
SELECT id, locator
  FROM arrivals
 WHERE source = %(source)s
   AND depth = 0
   AND state = 'present'
   AND (locator = %(root)s OR starts_with(locator, rtrim(%(root)s, '/') || '/'))
   AND coalesce(acknowledgement(source, external_id), '') NOT IN ('intended', 'performed', 'done');

-- mark_vanished --
-- These arrivals are no longer where they were
UPDATE arrivals SET state = 'vanished' WHERE id = ANY(%(ids)s) AND state = 'present';

-- stage_incoming --
-- A table of this transaction for what is being taken
CREATE TEMPORARY TABLE incoming (
    source text, external_id text, locator text, name text, digest text, size bigint, stored_digest text, key_id text,
    parent text, depth integer, modified_at timestamptz, metadata jsonb, media_type text
) ON COMMIT DROP;

-- follow_holds --
-- What is held back comes again under a new time: it is known by that from now on
UPDATE holds AS h
   SET external_id = i.external_id
  FROM (SELECT DISTINCT ON (i.source, i.locator, i.digest) i.external_id,
               (SELECT max(id)
                  FROM holds AS at_place
                 WHERE at_place.source = i.source AND md5(at_place.locator) = md5(i.locator)
                   AND at_place.locator = i.locator AND at_place.digest = i.digest) AS hold_id
          FROM incoming AS i
         WHERE NOT EXISTS (SELECT FROM holds AS k WHERE k.source = i.source AND k.external_id = i.external_id)
         ORDER BY i.source, i.locator, i.digest, i.modified_at DESC NULLS LAST, i.external_id COLLATE "C" DESC) AS i
 WHERE h.id = i.hold_id;

-- hold_back --
-- What was taken back is not taken again: neither itself nor the same bytes at the same place
DELETE FROM incoming AS i
 USING holds AS h
 WHERE h.source = i.source
   AND (h.external_id = i.external_id
        OR (md5(h.locator) = md5(i.locator) AND h.locator = i.locator AND h.digest = i.digest))
RETURNING i.external_id, h.of_run;

-- take_blobs --
-- Bytes that were not held yet
INSERT INTO blobs (digest, size, stored_digest, key_id)
SELECT DISTINCT ON (digest) digest, size, stored_digest, key_id
  FROM incoming
 ORDER BY digest
ON CONFLICT DO NOTHING;

-- revive_arrivals --
-- The same file at the same place again, after it was gone or something else
UPDATE arrivals AS a
   SET state = 'present', successor_id = NULL, digest = i.digest
  FROM incoming AS i
 WHERE a.source = i.source AND a.external_id = i.external_id AND a.state <> 'present';

-- touch_arrivals --
-- The same bytes at the same place under a new time: nothing new, but known by its new id; what was moved away from
-- there is another file
UPDATE arrivals AS a
   SET external_id = i.external_id, modified_at = i.modified_at, parent = i.parent
  FROM incoming AS i
 WHERE a.source = i.source
   AND md5(a.locator) = md5(i.locator)
   AND a.locator = i.locator
   AND a.state = 'present'
   AND a.digest = i.digest
   AND a.external_id <> i.external_id
   AND acknowledgement(a.source, a.external_id) IS DISTINCT FROM 'done'
   AND NOT EXISTS (SELECT FROM arrivals AS b WHERE b.source = i.source AND b.external_id = i.external_id);

-- take_arrivals --
-- What is really new at its place
INSERT INTO arrivals (source, external_id, locator, name, digest, parent, depth, size, modified_at, metadata)
SELECT source, external_id, locator, name, digest, parent, depth, size, modified_at, metadata
  FROM incoming
 ORDER BY source, external_id
ON CONFLICT (source, external_id) DO NOTHING
RETURNING id, digest, depth;

-- supersede_arrivals --
-- What lay at the same place before and was not moved away when it was taken; of two that came for one place, the one
-- modified last is there
UPDATE arrivals AS old
   SET state = 'superseded', successor_id = new.id
  FROM (SELECT DISTINCT ON (source, locator) source, locator, external_id
          FROM incoming
         ORDER BY source, locator, modified_at DESC NULLS LAST, external_id COLLATE "C" DESC) AS i
  JOIN arrivals AS new ON new.source = i.source AND new.external_id = i.external_id
 WHERE old.source = i.source
   AND md5(old.locator) = md5(i.locator)
   AND old.locator = i.locator
   AND old.state IN ('present', 'vanished')
   AND acknowledgement(old.source, old.external_id) IS DISTINCT FROM 'done'
   AND old.id <> new.id;

-- recognise_moves --
-- A file that vanished and whose bytes now arrived elsewhere has moved
WITH gone AS (
    SELECT a.id, a.digest, row_number() OVER (PARTITION BY a.digest ORDER BY a.locator) AS place
      FROM arrivals AS a
     WHERE a.state = 'vanished' AND a.digest IN (SELECT digest FROM incoming)
), come AS (
    SELECT a.id, a.digest, row_number() OVER (PARTITION BY a.digest ORDER BY a.locator) AS place
      FROM arrivals AS a
     WHERE a.id = ANY(%(ids)s) AND a.depth = 0
)
UPDATE arrivals AS a
   SET state = 'moved', successor_id = come.id
  FROM gone JOIN come USING (digest, place)
 WHERE a.id = gone.id;

-- members_left_behind --
-- Members of containers that lie nowhere any more
UPDATE arrivals AS member
   SET state = 'superseded'
 WHERE member.state = 'present'
   AND member.parent IN (SELECT digest FROM arrivals WHERE state <> 'present' AND depth = member.depth - 1)
   AND NOT EXISTS (SELECT FROM arrivals AS a WHERE a.digest = member.parent AND a.state = 'present');

-- members_come_back --
-- Members of containers that are back
UPDATE arrivals AS member
   SET state = 'present', successor_id = NULL
 WHERE member.state IN ('superseded', 'vanished')
   AND member.successor_id IS NULL
   AND member.parent IN (SELECT digest FROM incoming)
   AND EXISTS (SELECT FROM arrivals AS a WHERE a.digest = member.parent AND a.state = 'present');

-- take_documents --
-- A document for each content that has none, named by its best place
INSERT INTO documents (digest, arrival_id, name, locator, media_type, size)
SELECT DISTINCT ON (i.digest) i.digest, a.id, i.name, i.locator, i.media_type, i.size
  FROM incoming AS i
  JOIN arrivals AS a ON a.source = i.source AND a.external_id = i.external_id
 WHERE NOT EXISTS (SELECT FROM documents AS d WHERE d.digest = i.digest)
 ORDER BY i.digest, i.depth, length(i.locator), i.locator COLLATE "C"
ON CONFLICT (digest) DO NOTHING;

-- rename_documents --
-- A better place was found for a document that we have: it is named by that and, unless a person decided, classified
-- anew; under another ending it is read anew, as it would have been had this place come first
UPDATE documents AS d
   SET arrival_id = best.arrival_id,
       name = best.name,
       locator = best.locator,
       media_type = CASE WHEN d.state = 'taken' OR ending(best.name) <> ending(d.name)
                         THEN best.media_type ELSE d.media_type END,
       state = CASE WHEN d.state <> 'quarantined' AND ending(best.name) <> ending(d.name)
                    THEN 'taken' ELSE d.state END,
       decision = CASE WHEN d.decision IN ('classified', 'needs_review') AND d.decided_by IS DISTINCT FROM 'person'
                            AND d.state IN ('ok', 'partial')
                       THEN 'pending' ELSE d.decision END
  FROM (SELECT DISTINCT ON (i.digest)
               i.digest, a.id AS arrival_id, i.name, i.locator, i.media_type, i.depth
          FROM incoming AS i
          JOIN arrivals AS a ON a.source = i.source AND a.external_id = i.external_id
         ORDER BY i.digest, i.depth, length(i.locator), i.locator COLLATE "C") AS best,
       arrivals AS old
 WHERE d.digest = best.digest
   AND old.id = d.arrival_id
   AND old.id <> best.arrival_id
   AND (best.depth, length(best.locator), best.locator COLLATE "C")
       < (old.depth, length(old.locator), old.locator COLLATE "C")
RETURNING d.digest, old.locator AS before, d.locator AS after;

-- relocate_members --
-- What was inside of a container is where the container is said to be now
UPDATE arrivals
   SET locator = %(after)s || substr(locator, length(%(before)s) + 1)
 WHERE depth > 0 AND starts_with(locator, %(before)s || '!/');

-- relocate_documents --
-- Documents that are named by such a place; they are classified anew, since the place may count
UPDATE documents
   SET locator = %(after)s || substr(locator, length(%(before)s) + 1),
       decision = CASE WHEN decision IN ('classified', 'needs_review') AND decided_by IS DISTINCT FROM 'person'
                            AND state IN ('ok', 'partial')
                       THEN 'pending' ELSE decision END
 WHERE starts_with(locator, %(before)s || '!/')
RETURNING digest;

-- next_items_of_incoming --
-- What is to be done with the documents just taken
INSERT INTO items (run_id, stage, wave, key)
SELECT %(run_id)s, CASE d.state WHEN 'taken' THEN 'read' ELSE 'classify' END,
       CASE d.state WHEN 'taken' THEN %(wave)s ELSE 0 END, d.digest
  FROM documents AS d
 WHERE (d.digest IN (SELECT digest FROM incoming) OR d.digest = ANY(%(relocated)s))
   AND (d.state = 'taken' OR d.decision = 'pending')
 ORDER BY length(d.locator), d.locator COLLATE "C"
ON CONFLICT (run_id, stage, key) DO UPDATE
   SET state = 'todo', wave = excluded.wave, outcome = NULL, finished_at = NULL
 WHERE items.stage = 'read' AND items.state IN ('done', 'failed');


-- choose_again --
-- Documents for which the stages are to be done again. What failed is read regardless of what was read before; a long
-- scan goes on when all else is done
WITH known AS (
    SELECT d.id, d.digest, d.locator, d.state, d.decision, d.category, a.depth, e.extractor, e.next_page,
           d.state = 'partial' AND e.next_page IS NULL
           AND EXISTS (SELECT FROM problems AS p
                        WHERE p.digest = d.digest AND p.stage = 'read' AND p.message = e.message
                          AND p.kind IN ('died', 'killed', 'timeout', 'memory', 'error')) AS is_cut_short
      FROM documents AS d
      JOIN arrivals AS a ON a.id = d.arrival_id
      LEFT JOIN extractions AS e ON e.id = d.extraction_id
)
INSERT INTO items (run_id, stage, wave, key, payload)
SELECT %(run_id)s, %(stage)s,
       CASE WHEN %(stage)s = 'classify' THEN 0
            WHEN next_page IS NOT NULL AND NOT %(anew)s THEN %(later)s
            ELSE depth END,
       digest,
       CASE WHEN %(stage)s = 'read' AND (%(anew)s OR state NOT IN ('taken', 'ok', 'partial') OR is_cut_short)
            THEN '{"anew": true}'::jsonb ELSE '{}'::jsonb END
  FROM known
 WHERE (NOT %(failed)s OR state NOT IN ('ok', 'partial') OR is_cut_short
        OR (state = 'partial' AND next_page IS NOT NULL))
   AND (%(extractor)s::text IS NULL OR extractor = %(extractor)s)
   AND (%(category)s::text IS NULL OR category = %(category)s)
   AND (%(of_run)s::bigint IS NULL
        OR EXISTS (SELECT FROM arrivals AS b WHERE b.digest = known.digest AND b.run_id = %(of_run)s))
   AND (%(documents)s::bigint[] IS NULL OR id = ANY(%(documents)s))
   AND (%(stage)s = 'read' OR (state IN ('ok', 'partial') AND decision <> 'container'))
 ORDER BY length(locator), locator COLLATE "C"
ON CONFLICT DO NOTHING;

-- extractors_met --
-- Who has read what is held
SELECT DISTINCT extractor FROM extractions ORDER BY extractor;

-- leftover_items --
-- Documents of a place that an unfinished run left on their way, for this run to take on
INSERT INTO items (run_id, stage, wave, key)
SELECT %(run_id)s,
       CASE WHEN d.state = 'taken' OR e.next_page IS NOT NULL THEN 'read' ELSE 'classify' END,
       CASE WHEN d.state = 'taken' THEN a.depth WHEN e.next_page IS NOT NULL THEN %(later)s ELSE 0 END, d.digest
  FROM documents AS d
  JOIN arrivals AS a ON a.id = d.arrival_id
  LEFT JOIN extractions AS e ON e.id = d.extraction_id
 WHERE (d.state = 'taken' OR d.decision = 'pending' OR (e.next_page IS NOT NULL AND d.state = 'partial'))
   AND (a.locator = %(root)s OR starts_with(a.locator, rtrim(%(root)s, '/') || '/')
        OR starts_with(a.locator, %(root)s || '!/'))
 ORDER BY length(d.locator), d.locator COLLATE "C"
ON CONFLICT DO NOTHING;


-- Reading ----------------------------------------------------------------------------------------

-- worth_another_try --
-- Documents of a place that other options may open: encrypted ones where passwords are given, too large ones where
-- the options are others than those they were read with
INSERT INTO items (run_id, stage, wave, key)
SELECT %(run_id)s, 'read', a.depth, d.digest
  FROM documents AS d
  JOIN arrivals AS a ON a.id = d.arrival_id
  JOIN extractions AS e ON e.id = d.extraction_id
 WHERE ((d.state = 'encrypted' AND %(has_passwords)s)
        OR (d.state = 'too_large' AND e.options_digest <> %(options_digest)s))
   AND (a.locator = %(root)s OR starts_with(a.locator, rtrim(%(root)s, '/') || '/')
        OR starts_with(a.locator, %(root)s || '!/'))
 ORDER BY length(d.locator), d.locator COLLATE "C"
ON CONFLICT DO NOTHING;

-- documents_to_read --
-- What a worker must know to read these documents
SELECT digest, name, locator, media_type, size, (SELECT depth FROM arrivals AS a WHERE a.id = arrival_id) AS depth
  FROM documents
 WHERE digest = ANY(%(digests)s);

-- valid_extractions --
-- Which of these were read well before with the same options; containers are read again for their members, unless that
-- is how they stand now
SELECT e.id, e.digest, e.extractor, e.version
  FROM extractions AS e
  JOIN documents AS d USING (digest, media_type)
 WHERE e.digest = ANY(%(digests)s)
   AND e.options_digest = %(options_digest)s
   AND (e.children = 0 OR (e.id = d.extraction_id AND e.state = d.state))
   AND e.next_page IS NULL
   AND e.state IN ('ok', 'partial');

-- unfinished_extractions --
-- What is known so far of long scans of which pages still wait; of those to be read anew what this run found
SELECT e.digest, e.extractor, e.version, e.media_type, e.state, e.message, e.from_ocr, e.metadata, e.page_starts,
       e.warnings, e.fields, e.next_page, e.options, e.seconds, t.body AS text, s.body AS structure,
       r.body AS recognition, b.body AS tables
  FROM extractions AS e
  JOIN documents AS d ON d.extraction_id = e.id
  LEFT JOIN texts AS t ON t.digest = e.text_digest
  LEFT JOIN structures AS s ON s.digest = e.structure_digest
  LEFT JOIN structures AS r ON r.digest = e.recognition_digest
  LEFT JOIN structures AS b ON b.digest = e.tables_digest
 WHERE e.digest = ANY(%(digests)s)
   AND e.options_digest = %(options_digest)s
   AND e.next_page IS NOT NULL
   AND (e.run_id = %(run_id)s OR NOT e.digest = ANY(%(anew)s));

-- reuse_extractions --
-- Documents take over what was read from the same bytes before; those that have it already stay as they are
UPDATE documents AS d
   SET extraction_id = e.id, media_type = e.media_type, title = e.metadata ->> 'title',
       subject = e.metadata ->> 'subject', sender = e.metadata ->> 'sender',
       recipients = ARRAY(SELECT jsonb_array_elements_text(coalesce(e.metadata -> 'recipients', '[]'))),
       language = e.metadata ->> 'language', pages = (e.metadata ->> 'page_count')::integer,
       written_at = (e.metadata ->> 'created_at')::timestamptz, state = e.state,
       decision = CASE WHEN d.decided_by = 'person' THEN d.decision ELSE 'pending' END,
       reason = CASE WHEN d.decided_by = 'person' THEN d.reason ELSE e.message END
  FROM extractions AS e
 WHERE e.id = ANY(%(ids)s) AND d.digest = e.digest AND (d.extraction_id, d.state) IS DISTINCT FROM (e.id, e.state)
RETURNING d.digest;

-- stage_readings --
-- A table of this transaction for what the workers read
CREATE TEMPORARY TABLE readings (
    digest text, extractor text, version text, options_digest text, media_type text, state text, message text,
    text_digest text, structure_digest text, tables_digest text, recognition_digest text, page_starts integer[],
    children integer, from_ocr boolean, metadata jsonb, warnings text[], seconds jsonb, options jsonb, fields jsonb,
    next_page integer, title text, subject text, sender text, recipients text[],
    language text, pages integer, written_at timestamptz, document_state text, decision text, reason text
) ON COMMIT DROP;

-- stage_texts --
-- A table of this transaction for texts
CREATE TEMPORARY TABLE new_texts (digest text, body text, length integer) ON COMMIT DROP;

-- keep_texts --
-- Texts that are not held yet
INSERT INTO texts (digest, body, length)
SELECT DISTINCT ON (digest) digest, body, length FROM new_texts ORDER BY digest
ON CONFLICT DO NOTHING;

-- stage_structures --
-- A table of this transaction for what was found beside texts
CREATE TEMPORARY TABLE new_structures (digest text, body text) ON COMMIT DROP;

-- keep_structures --
-- Documents of docling, tables and recognised words, as JSON, that are not held yet
INSERT INTO structures (digest, body)
SELECT DISTINCT ON (digest) digest, body FROM new_structures ORDER BY digest
ON CONFLICT DO NOTHING;

-- stage_thumbnails --
-- A table of this transaction for small pictures of pages
CREATE TEMPORARY TABLE new_thumbnails (
    digest text, page integer, width integer, height integer, media_type text, data bytea
) ON COMMIT DROP;

-- keep_thumbnails --
-- Pictures of pages that have none yet
INSERT INTO thumbnails (digest, page, width, height, media_type, data)
SELECT digest, page, width, height, media_type, data FROM new_thumbnails ORDER BY digest, page
ON CONFLICT DO NOTHING;

-- forget_overtaken --
-- What was known of a long scan before its newest pages, of a file while it was taken for another kind, before
-- its password was given, or before the same reader found something else in it
DELETE FROM extractions AS e
 USING readings AS r
 WHERE e.digest = r.digest
   AND (e.next_page IS NOT NULL
        OR e.run_id = current_run()
        OR ((e.extractor, e.version, e.options_digest) = (r.extractor, r.version, r.options_digest)
            AND (e.media_type, e.state, e.message, e.text_digest, e.structure_digest, e.tables_digest,
                 e.recognition_digest, e.page_starts, e.children, e.from_ocr, e.metadata, e.warnings, e.fields)
                IS DISTINCT FROM
                (r.media_type, r.state, r.message, r.text_digest, r.structure_digest, r.tables_digest,
                 r.recognition_digest, r.page_starts, r.children, r.from_ocr, r.metadata, r.warnings, r.fields)));

-- keep_extractions --
-- What was read, by which extractor
INSERT INTO extractions (digest, extractor, version, options_digest, media_type, state, message, text_digest,
                         structure_digest, tables_digest, recognition_digest, page_starts, children, from_ocr,
                         metadata, warnings, seconds, options, fields, next_page)
SELECT digest, extractor, version, options_digest, media_type, state, message, text_digest,
       structure_digest, tables_digest, recognition_digest, page_starts, children, from_ocr,
       metadata, warnings, seconds, options, fields, next_page
  FROM readings
 ORDER BY digest
ON CONFLICT ON CONSTRAINT extractions_once DO NOTHING;

-- keep_facts --
-- The document knows what its extraction found; where that is what it knew, its category stands until it is classified
UPDATE documents AS d
   SET extraction_id = e.id, media_type = r.media_type, title = r.title, subject = r.subject, sender = r.sender,
       recipients = r.recipients, language = r.language, pages = r.pages, written_at = r.written_at,
       state = r.document_state,
       decision = CASE WHEN d.decided_by = 'person' OR r.decision = 'pending' AND d.extraction_id = e.id
                                                       AND d.state = r.document_state
                       THEN d.decision ELSE r.decision END,
       reason = CASE WHEN d.decided_by = 'person' OR r.decision = 'pending' AND d.extraction_id = e.id
                                                     AND d.state = r.document_state
                     THEN d.reason ELSE r.reason END
  FROM readings AS r
  JOIN extractions AS e USING (digest, extractor, version, options_digest)
 WHERE d.digest = r.digest
   AND e.next_page IS NOT DISTINCT FROM r.next_page;

-- close_unfinished --
-- A long scan of which no more can be read: its pages so far are all there will be
WITH closed AS (
    INSERT INTO extractions (digest, extractor, version, options_digest, media_type, state, message, text_digest,
                             structure_digest, tables_digest, recognition_digest, page_starts, children, from_ocr,
                             metadata, warnings, seconds, options, fields)
    SELECT e.digest, e.extractor, e.version, e.options_digest, e.media_type, 'partial', %(reason)s, e.text_digest,
           e.structure_digest, e.tables_digest, e.recognition_digest, e.page_starts, e.children, e.from_ocr,
           e.metadata, e.warnings, e.seconds, e.options, e.fields
      FROM documents AS d
      JOIN extractions AS e ON e.id = d.extraction_id
     WHERE d.digest = %(digest)s AND e.next_page IS NOT NULL
    RETURNING id, digest
)
UPDATE documents AS d
   SET extraction_id = c.id, state = 'partial'
  FROM closed AS c
 WHERE d.digest = c.digest;

-- forget_unfinished --
-- What was known of it before
DELETE FROM extractions WHERE digest = %(digest)s AND next_page IS NOT NULL;

-- stage_signatures --
-- A table of this transaction for what likeness is looked up by
CREATE TEMPORARY TABLE new_signatures (
    kind text, digest text, method text, signature bytea, bands bigint[]
) ON COMMIT DROP;

-- keep_text_signatures --
-- How texts are recognised among their like
INSERT INTO text_signatures (text_digest, method, signature)
SELECT DISTINCT ON (digest) digest, method, signature
  FROM new_signatures
 WHERE kind = 'text'
 ORDER BY digest
ON CONFLICT DO NOTHING;

-- keep_text_bands --
-- Where the like of texts are looked up
INSERT INTO text_bands (band, hash, text_digest)
SELECT b.ordinality - 1, b.hash, s.digest
  FROM new_signatures AS s
 CROSS JOIN unnest(s.bands) WITH ORDINALITY AS b (hash, ordinality)
 WHERE s.kind = 'text'
ON CONFLICT DO NOTHING;

-- keep_image_signatures --
-- How pictures are recognised among their like
INSERT INTO image_signatures (digest, method, signature)
SELECT DISTINCT ON (digest) digest, method, signature
  FROM new_signatures
 WHERE kind = 'image'
 ORDER BY digest
ON CONFLICT DO NOTHING;

-- keep_image_bands --
-- Where the like of pictures are looked up
INSERT INTO image_bands (band, hash, digest)
SELECT b.ordinality - 1, b.hash, s.digest
  FROM new_signatures AS s
 CROSS JOIN unnest(s.bands) WITH ORDINALITY AS b (hash, ordinality)
 WHERE s.kind = 'image'
ON CONFLICT DO NOTHING;

-- keep_problem --
-- A failure as data, once for each document, stage and kind; reading a document again adds none that is known of it
INSERT INTO problems (stage, kind, message, advice, locator, digest)
SELECT %(stage)s, %(kind)s, %(message)s, %(advice)s, %(locator)s, %(digest)s
 WHERE NOT EXISTS (SELECT FROM problems
                    WHERE stage = %(stage)s AND kind = %(kind)s AND locator = %(locator)s
                      AND message = %(message)s
                      AND (run_id = current_run() OR (stage = 'read' AND digest = %(digest)s)));

-- forget_problems --
-- What went wrong when these were read before, and does no longer
DELETE FROM problems AS p
 WHERE p.stage = 'read'
   AND p.digest = ANY(%(digests)s)
   AND p.run_id <> current_run()
   AND NOT EXISTS (SELECT FROM unnest(%(kinds)s::text[], %(locators)s::text[], %(messages)s::text[])
                       AS still (kind, locator, message)
                    WHERE (p.kind, p.locator, p.message) = (still.kind, still.locator, still.message));

-- settle_document --
-- A document that could not be read at all
UPDATE documents
   SET state = %(state)s,
       decision = CASE WHEN decided_by = 'person' THEN decision ELSE 'unreadable' END,
       reason = CASE WHEN decided_by = 'person' THEN reason ELSE %(reason)s END
 WHERE digest = %(digest)s;


-- Relating ---------------------------------------------------------------------------------------

-- texts_to_relate --
-- Signatures of these documents' texts
SELECT d.id, d.digest, e.from_ocr, s.text_digest, s.signature
  FROM documents AS d
  JOIN extractions AS e ON e.id = d.extraction_id
  JOIN text_signatures AS s ON s.text_digest = e.text_digest
 WHERE d.digest = ANY(%(digests)s)
 ORDER BY d.digest;

-- text_candidates --
-- Documents that share a band with one of these texts, at most so many from each band, in the order of their digests
SELECT DISTINCT mine.text_digest AS of_digest, d.id, d.digest, e.from_ocr, s.text_digest, s.signature
  FROM text_bands AS mine
 CROSS JOIN LATERAL (SELECT b.text_digest
                       FROM text_bands AS b
                      WHERE b.band = mine.band AND b.hash = mine.hash
                      ORDER BY b.text_digest
                      LIMIT %(most)s) AS other
  JOIN text_signatures AS s ON s.text_digest = other.text_digest
  JOIN extractions AS e ON e.text_digest = other.text_digest
  JOIN documents AS d ON d.extraction_id = e.id
 WHERE mine.text_digest = ANY(%(digests)s);

-- images_to_relate --
-- Hashes of these pictures
SELECT d.id, d.digest, s.signature
  FROM documents AS d
  JOIN image_signatures AS s USING (digest)
 WHERE d.digest = ANY(%(digests)s)
 ORDER BY d.digest;

-- image_candidates --
-- Pictures that share a band with one of these, at most so many from each band, in the order of their digests
SELECT DISTINCT mine.digest AS of_digest, d.id, d.digest, s.signature
  FROM image_bands AS mine
 CROSS JOIN LATERAL (SELECT b.digest
                       FROM image_bands AS b
                      WHERE b.band = mine.band AND b.hash = mine.hash
                      ORDER BY b.digest
                      LIMIT %(most)s) AS other
  JOIN image_signatures AS s ON s.digest = other.digest
  JOIN documents AS d ON d.digest = other.digest
 WHERE mine.digest = ANY(%(digests)s);

-- related_in_run --
-- Which of these documents this run relates itself
SELECT key FROM items WHERE run_id = %(run_id)s AND stage = 'relate' AND key = ANY(%(digests)s);

-- bodies --
-- Texts by digest
SELECT digest, body FROM texts WHERE digest = ANY(%(digests)s);

-- keep_relation --
-- The best original of a document
INSERT INTO near_duplicates (document_id, kind, original_id, score, difference, details)
VALUES (%(document_id)s, %(kind)s, %(original_id)s, %(score)s, %(difference)s, %(details)s)
ON CONFLICT (document_id, kind) DO UPDATE
   SET original_id = excluded.original_id, score = excluded.score, difference = excluded.difference,
       details = excluded.details, run_id = excluded.run_id
 WHERE (near_duplicates.original_id, near_duplicates.score, near_duplicates.difference)
       IS DISTINCT FROM (excluded.original_id, excluded.score, excluded.difference);

-- forget_relations --
-- What these documents were nearly the same as, and are no longer
DELETE FROM near_duplicates AS n
 USING documents AS d
 WHERE d.id = n.document_id
   AND d.digest = ANY(%(digests)s)
   AND NOT EXISTS (SELECT FROM unnest(%(ids)s::bigint[], %(kinds)s::text[]) AS kept (id, kind)
                    WHERE (n.document_id, n.kind) = (kept.id, kept.kind));

-- relate_copies --
-- Documents that are said to be nearly the same as one of these, which were read again: they are related again, too
INSERT INTO items (run_id, stage, wave, key)
SELECT DISTINCT %(run_id)s::bigint, 'relate', 1, copy.digest
  FROM documents AS d
  JOIN near_duplicates AS n ON n.original_id = d.id
  JOIN documents AS copy ON copy.id = n.document_id
 WHERE d.digest = ANY(%(digests)s)
 ORDER BY copy.digest
ON CONFLICT DO NOTHING;


-- Deciding ---------------------------------------------------------------------------------------

-- texts_to_classify --
-- Everything a classifier may look at, for those of these documents that are open, or decided by other than a person
SELECT d.id, d.digest, d.name, d.locator AS path, a.source, d.title, d.subject, d.sender, d.recipients, d.media_type,
       d.size, d.language, d.pages, d.written_at, e.metadata, coalesce(t.body, '') AS body
  FROM documents AS d
  JOIN arrivals AS a ON a.id = d.arrival_id
  LEFT JOIN extractions AS e ON e.id = d.extraction_id
  LEFT JOIN texts AS t ON t.digest = e.text_digest
 WHERE d.digest = ANY(%(digests)s)
   AND (d.decision = 'pending'
        OR (d.decision IN ('classified', 'needs_review') AND d.state IN ('ok', 'partial')
            AND NOT EXISTS (SELECT FROM labels AS l WHERE l.document_id = d.id)))
 ORDER BY d.digest;

-- stage_opinions --
-- A table of this transaction for what the classifiers said
CREATE TEMPORARY TABLE new_opinions (
    place integer, document_id bigint, classifier text, version text, inputs text, category text, confidence real,
    reason text, evidence jsonb, scores jsonb
) ON COMMIT DROP;

-- stage_verdicts --
-- A table of this transaction for what that comes to
CREATE TEMPORARY TABLE new_verdicts (
    document_id bigint, decision text, category text, confidence real, decided_by text, reason text
) ON COMMIT DROP;

-- keep_opinions --
-- The classifiers' answers, in the order in which they were asked
INSERT INTO opinions (document_id, classifier, version, inputs, category, confidence, reason, evidence, scores)
SELECT document_id, classifier, version, inputs, category, confidence, reason, evidence, scores
  FROM new_opinions
 ORDER BY place
ON CONFLICT (document_id, classifier, version, inputs) DO NOTHING;

-- keep_verdicts --
-- What the cascade decided; a person's label stays
UPDATE documents AS d
   SET decision = v.decision, category = v.category, confidence = v.confidence, decided_by = v.decided_by,
       reason = v.reason
  FROM new_verdicts AS v
 WHERE d.id = v.document_id
   AND (d.decision, d.category, d.confidence, d.decided_by, d.reason)
       IS DISTINCT FROM (v.decision, v.category, v.confidence, v.decided_by, v.reason)
   AND NOT EXISTS (SELECT FROM labels AS l WHERE l.document_id = d.id);

-- keep_label --
-- What a person decided
INSERT INTO labels (document_id, category, actor, note)
VALUES (%(document_id)s, %(category)s, %(actor)s, %(note)s);

-- follow_label --
-- The document is what the person said
UPDATE documents
   SET decision = 'classified', category = %(category)s, confidence = 1, decided_by = 'person', reason = %(reason)s
 WHERE id = %(document_id)s;

-- keep_rule_set --
-- The rules that this run decides by
INSERT INTO rule_sets (digest, author, message, body)
VALUES (%(digest)s, %(author)s, %(message)s, %(body)s)
ON CONFLICT DO NOTHING;

-- keep_category --
-- A category of the rules, with who may see it
INSERT INTO categories (id, title_de, title_en, sensitive, roles, retention_days, target)
VALUES (%(id)s, %(title_de)s, %(title_en)s, %(sensitive)s, %(roles)s, %(retention_days)s, %(target)s)
ON CONFLICT (id) DO UPDATE
   SET title_de = excluded.title_de, title_en = excluded.title_en, sensitive = excluded.sensitive,
       roles = excluded.roles, retention_days = excluded.retention_days, target = excluded.target
 WHERE (categories.title_de, categories.title_en, categories.sensitive, categories.roles, categories.retention_days,
        categories.target)
       IS DISTINCT FROM (excluded.title_de, excluded.title_en, excluded.sensitive, excluded.roles,
                         excluded.retention_days, excluded.target);


-- Looking ----------------------------------------------------------------------------------------

-- documents_page --
-- Documents that fit, newest first
SELECT id, digest, name, locator, media_type, size, state, decision, category, confidence, decided_by, reason, title,
       language, pages, sender, taken_at
  FROM documents
 WHERE (%(category)s::text IS NULL OR category = %(category)s)
   AND (%(decision)s::text IS NULL OR decision = %(decision)s)
   AND (%(state)s::text IS NULL OR state = %(state)s)
   AND (%(name)s::text IS NULL OR strpos(lower(name), lower(%(name)s)) > 0)
 ORDER BY id DESC
 LIMIT %(most)s OFFSET %(skip)s;

-- document_by_id --
-- One document
SELECT id, digest, name, locator, media_type, size, state, decision, category, confidence, decided_by, reason, title,
       language, pages, sender, taken_at
  FROM documents
 WHERE id = %(id)s;

-- documents_named --
-- Documents known by the beginning of their digest, by their name, or by a place they came from
SELECT id, digest, name, locator, media_type, size, state, decision, category, confidence, decided_by, reason, title,
       language, pages, sender, taken_at
  FROM documents
 WHERE (length(%(key)s) >= 6 AND starts_with(digest, lower(%(key)s)))
    OR digest IN (SELECT a.digest FROM arrivals AS a WHERE a.name = %(composed)s OR a.locator IN (%(key)s, %(composed)s))
 ORDER BY id
 LIMIT 20;

-- arrivals_of --
-- Every place a document came from
SELECT id, source, external_id, locator, state, depth, modified_at, taken_at, run_id
  FROM arrivals
 WHERE digest = %(digest)s
 ORDER BY depth, length(locator), locator COLLATE "C";

-- members_of --
-- Documents that were inside of this one
SELECT d.id, a.name, d.category, d.state
  FROM arrivals AS a
  JOIN documents AS d ON d.digest = a.digest
 WHERE a.parent = %(digest)s AND a.state = 'present'
 ORDER BY a.locator COLLATE "C";

-- extraction_of --
-- How a document was read
SELECT e.extractor, e.version, e.media_type, e.state, e.message, e.from_ocr, e.warnings, e.seconds, e.metadata,
       e.options, e.fields, e.next_page, e.children, cardinality(e.page_starts) AS pages, t.length
  FROM documents AS d
  JOIN extractions AS e ON e.id = d.extraction_id
  LEFT JOIN texts AS t ON t.digest = e.text_digest
 WHERE d.id = %(id)s;

-- whole_extraction_of --
-- Everything that is kept of how a document was read
SELECT e.extractor, e.version, e.media_type, e.state, e.message, e.from_ocr, e.metadata, e.page_starts,
       e.warnings, e.fields, e.next_page, e.options, e.seconds, t.body AS text, s.body AS structure,
       r.body AS recognition, b.body AS tables
  FROM documents AS d
  JOIN extractions AS e ON e.id = d.extraction_id
  LEFT JOIN texts AS t ON t.digest = e.text_digest
  LEFT JOIN structures AS s ON s.digest = e.structure_digest
  LEFT JOIN structures AS r ON r.digest = e.recognition_digest
  LEFT JOIN structures AS b ON b.digest = e.tables_digest
 WHERE d.id = %(id)s;

-- thumbnails_of --
-- Small pictures of a document's pages
SELECT page, width, height, data, media_type FROM thumbnails WHERE digest = %(digest)s ORDER BY page;

-- opinions_of --
-- Every answer about a document, newest last
SELECT classifier, version, inputs, category, confidence, reason, evidence, scores
  FROM opinions
 WHERE document_id = %(id)s
 ORDER BY id;

-- labels_of --
-- What people said about a document, newest last
SELECT document_id, category, actor, note, labelled_at
  FROM labels
 WHERE document_id = %(id)s
 ORDER BY id;

-- problems_of --
-- What went wrong with a document
SELECT stage, kind, message, advice, locator, digest
  FROM problems
 WHERE digest = %(digest)s
 ORDER BY id;

-- near_of --
-- What a document is nearly the same as, both ways
SELECT n.kind, n.score, n.difference, n.details, n.document_id = %(id)s AS is_copy, d.id, d.name, d.locator
  FROM near_duplicates AS n
  JOIN documents AS d ON d.id = CASE WHEN n.document_id = %(id)s THEN n.original_id ELSE n.document_id END
 WHERE n.document_id = %(id)s OR n.original_id = %(id)s
 ORDER BY n.score DESC, d.id;

-- text_of --
-- A document's text
SELECT t.body
  FROM documents AS d
  JOIN extractions AS e ON e.id = d.extraction_id
  JOIN texts AS t ON t.digest = e.text_digest
 WHERE d.id = %(id)s;

-- search --
-- Full-text search, best first
SELECT s.document_id, d.name, d.locator, d.category, s.rank, s.snippet
  FROM search_documents(%(question)s, %(most)s, %(skip)s) AS s
  JOIN documents AS d ON d.id = s.document_id
 ORDER BY s.rank DESC, s.document_id;

-- totals --
-- The catalogue in numbers
SELECT (SELECT count(*) FROM documents) AS documents,
       (SELECT count(*) FROM arrivals) AS arrivals,
       (SELECT count(*) FROM arrivals WHERE state = 'present') AS present,
       (SELECT coalesce(sum(size), 0)::bigint FROM blobs) AS bytes,
       (SELECT count(*) FROM near_duplicates) AS near_duplicates,
       (SELECT count(*) FROM problems) AS problems,
       (SELECT count(*) FROM labels) AS labels;

-- totals_by_category --
-- Documents per category and decision
SELECT coalesce(category, '') AS category, decision, count(*) AS documents
  FROM documents
 GROUP BY 1, 2
 ORDER BY 3 DESC, 1;

-- category_ids --
-- Every category that rules ever declared
SELECT id FROM categories ORDER BY id;

-- totals_by_state --
-- Documents per state
SELECT state, count(*) AS documents FROM documents GROUP BY 1 ORDER BY 2 DESC, 1;


-- What a run did ---------------------------------------------------------------------------------

-- outcome_of_run --
-- Arrivals of a run and what became of their documents; from the rows themselves, so a resumed run counts once,
-- and by what arrived in this run, so a better place that is found later does not change it
SELECT count(*) AS arrivals,
       count(*) FILTER (WHERE NOT is_new) AS duplicates,
       count(*) FILTER (WHERE is_new) AS documents,
       count(*) FILTER (WHERE is_new AND decision = 'classified') AS classified,
       count(*) FILTER (WHERE is_new AND decision = 'needs_review') AS needs_review,
       count(*) FILTER (WHERE is_new AND decision = 'container') AS containers,
       count(*) FILTER (WHERE is_new AND decision = 'unreadable') AS unreadable,
       (SELECT count(*)
          FROM problems AS p
         WHERE p.run_id = %(run_id)s
            OR (p.stage = 'read' AND p.digest IN (SELECT key FROM items
                                                   WHERE run_id = %(run_id)s AND stage = 'read' AND outcome <> 'reused')
               )) AS problems,
       (SELECT count(*) FROM near_duplicates AS n WHERE n.run_id = %(run_id)s) AS near_duplicates
  FROM (SELECT d.decision,
               b.run_id = a.run_id AND row_number() OVER (PARTITION BY a.digest ORDER BY a.id) = 1 AS is_new
          FROM arrivals AS a
          JOIN documents AS d ON d.digest = a.digest
          JOIN blobs AS b ON b.digest = a.digest
         WHERE a.run_id = %(run_id)s) AS taken;

-- places_changed_by_run --
-- Files that were superseded, moved or vanished during a run
SELECT a.state, count(DISTINCT a.id) AS arrivals
  FROM changes AS c
  JOIN arrivals AS a ON a.id = (c.key ->> 'id')::bigint
 WHERE c.run_id = %(run_id)s AND c.relation = 'arrivals' AND c.operation = 'update' AND a.state <> 'present'
 GROUP BY a.state;

-- categories_of_run --
-- What the documents of a run were classified as, with one reason each
SELECT d.category, count(*) AS documents, (array_agg(d.reason ORDER BY d.confidence DESC, d.id))[1] AS reason
  FROM blobs AS b
  JOIN documents AS d USING (digest)
 WHERE b.run_id = %(run_id)s AND d.decision = 'classified'
 GROUP BY d.category
 ORDER BY 2 DESC, 1;

-- problems_of_run --
-- What went wrong in a run, also what had gone wrong the same way before
SELECT stage, kind, message, advice, locator, digest
  FROM problems
 WHERE run_id = %(run_id)s
    OR (stage = 'read' AND digest IN (SELECT key FROM items
                                       WHERE run_id = %(run_id)s AND stage = 'read' AND outcome <> 'reused'))
 ORDER BY stage, kind, locator COLLATE "C", id;

-- reworked_by_run --
-- Documents held before for which a run did stages again, and how many of them it read
SELECT count(DISTINCT key) AS reworked,
       count(DISTINCT key) FILTER (WHERE stage = 'read' AND outcome <> 'reused') AS read_anew,
       count(DISTINCT key) FILTER (WHERE stage = 'read' AND outcome = 'reused') AS reused
  FROM items
 WHERE run_id = %(run_id)s
   AND stage IN ('read', 'classify')
   AND NOT EXISTS (SELECT FROM blobs AS b WHERE b.digest = items.key AND b.run_id = %(run_id)s);

-- moves_of_run --
-- From which category to which a run brought how many documents that were there before; '' for none
WITH touched AS (
    SELECT DISTINCT ON (key) key, operation, before, max(id) OVER (PARTITION BY key) AS last
      FROM changes
     WHERE run_id = %(run_id)s AND relation = 'documents'
     ORDER BY key, id
), moved AS (
    SELECT coalesce(t.before ->> 'category', '') AS before,
           coalesce(CASE WHEN later.id IS NULL THEN d.category ELSE later.before ->> 'category' END, '') AS after
      FROM touched AS t
      LEFT JOIN documents AS d ON d.id = (t.key ->> 'id')::bigint
      LEFT JOIN LATERAL (SELECT c.id, c.before
                           FROM changes AS c
                          WHERE c.relation = 'documents' AND c.key = t.key AND c.id > t.last
                          ORDER BY c.id
                          LIMIT 1) AS later ON true
     WHERE t.operation = 'update'
)
SELECT before, after, count(*) AS documents
  FROM moved
 WHERE before <> after
 GROUP BY before, after
 ORDER BY 3 DESC, 1, 2;


-- The canonical digest: the catalogue without surrogate ids and times ------------------------------

-- canonical_blobs --
-- The bytes that are named
SELECT jsonb_build_array(digest, size)::text FROM blobs ORDER BY digest;

-- canonical_arrivals --
-- What came from where
SELECT jsonb_build_array(source, external_id, locator, name, digest, parent, depth, size, state, metadata)::text
  FROM arrivals ORDER BY source COLLATE "C", external_id COLLATE "C";

-- canonical_extractions --
-- How everything was read
SELECT jsonb_build_array(digest, extractor, version, options_digest, media_type, state, message, text_digest,
                         structure_digest, tables_digest, recognition_digest, page_starts, children, from_ocr,
                         metadata, warnings, fields, next_page)::text
  FROM extractions ORDER BY digest, extractor COLLATE "C", version COLLATE "C", options_digest, next_page;

-- canonical_documents --
-- What every document is
SELECT jsonb_build_array(d.digest, a.external_id, e.extractor, e.version, e.options_digest, d.name, d.locator,
                         d.media_type, d.size, d.title, d.subject, d.sender, d.recipients, d.language, d.pages,
                         d.state, d.decision, d.category, d.confidence, d.decided_by, d.reason)::text
  FROM documents AS d
  JOIN arrivals AS a ON a.id = d.arrival_id
  LEFT JOIN extractions AS e ON e.id = d.extraction_id
 ORDER BY d.digest;

-- canonical_opinions --
-- What every classifier said
SELECT jsonb_build_array(d.digest, o.classifier, o.version, o.inputs, o.category, o.confidence, o.reason, o.evidence,
                         o.scores)::text
  FROM opinions AS o JOIN documents AS d ON d.id = o.document_id
 ORDER BY d.digest, o.classifier COLLATE "C", o.version COLLATE "C", o.inputs;

-- canonical_labels --
-- What people said
SELECT jsonb_build_array(d.digest, l.category, l.actor, l.note)::text
  FROM labels AS l JOIN documents AS d ON d.id = l.document_id
 ORDER BY d.digest, l.category COLLATE "C", l.actor COLLATE "C", l.note COLLATE "C";

-- canonical_problems --
-- What went wrong
SELECT jsonb_build_array(stage, kind, message, advice, locator, digest)::text
  FROM problems ORDER BY stage, kind COLLATE "C", locator COLLATE "C", message COLLATE "C", digest;

-- canonical_near_duplicates --
-- What is nearly the same
SELECT jsonb_build_array(d.digest, o.digest, n.kind, n.score, n.difference, n.details)::text
  FROM near_duplicates AS n
  JOIN documents AS d ON d.id = n.document_id
  JOIN documents AS o ON o.id = n.original_id
 ORDER BY d.digest, n.kind;

-- canonical_rule_sets --
-- The rules that were applied
SELECT jsonb_build_array(digest, body)::text FROM rule_sets ORDER BY digest;

-- canonical_categories --
-- The categories there are
SELECT jsonb_build_array(id, title_de, title_en, sensitive, roles, retention_days, target)::text
  FROM categories ORDER BY id COLLATE "C";

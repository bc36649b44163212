-- What an extraction holds besides text and metadata: what was asked for, fields, tables, the words that were
-- recognised, small pictures of pages, and how far a long scan is read.

SET search_path TO workbench;
SET ROLE workbench_owner;

ALTER TABLE extractions
    ADD COLUMN options            jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN fields             jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN tables_digest      text REFERENCES structures,
    ADD COLUMN recognition_digest text REFERENCES structures,
    ADD COLUMN next_page          integer CHECK (next_page > 0);
COMMENT ON COLUMN extractions.tables_digest IS 'the tables, as JSON';
COMMENT ON COLUMN extractions.recognition_digest IS 'the recognised pages with their words, as JSON';
COMMENT ON COLUMN extractions.next_page IS 'the first page that waits to be recognised; null when all are read';
COMMENT ON TABLE structures IS 'what was found beside the text, as JSON by its digest: docling''s document, tables, words';
CREATE INDEX extractions_with_structure ON extractions (structure_digest) WHERE structure_digest IS NOT NULL;
CREATE INDEX extractions_with_tables ON extractions (tables_digest) WHERE tables_digest IS NOT NULL;
CREATE INDEX extractions_with_recognition ON extractions (recognition_digest) WHERE recognition_digest IS NOT NULL;
CREATE INDEX extractions_unfinished ON extractions (digest) WHERE next_page IS NOT NULL;

-- A long scan is read in goes: each adds a row that knows more, and takes the one before it away.
ALTER TABLE extractions
    DROP CONSTRAINT extractions_digest_extractor_version_options_digest_key,
    ADD CONSTRAINT extractions_once UNIQUE NULLS NOT DISTINCT (digest, extractor, version, options_digest, next_page);

-- A file's ending decides what its bytes are read as where they alone do not tell.
CREATE FUNCTION ending(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(coalesce(substring(name FROM '\.[^./]*$'), ''))
$$;

CREATE TABLE thumbnails (
    digest     text NOT NULL REFERENCES blobs ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    page       integer NOT NULL CHECK (page > 0),
    width      integer NOT NULL,
    height     integer NOT NULL,
    media_type text NOT NULL,
    data       bytea NOT NULL,
    PRIMARY KEY (digest, page)
);
COMMENT ON TABLE thumbnails IS 'small pictures of pages, derived from the bytes alone, only ever inserted';
ALTER TABLE thumbnails ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TRIGGER insert_only BEFORE UPDATE ON thumbnails FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON thumbnails FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
CALL follow_documents('thumbnails', 'EXISTS (SELECT FROM documents AS d WHERE d.digest = thumbnails.digest)');
GRANT SELECT, INSERT ON thumbnails TO workbench_service, workbench_app;

DROP POLICY visible ON structures;
DROP POLICY service ON structures;
CALL follow_documents('structures',
                      'EXISTS (SELECT FROM extractions AS e WHERE e.structure_digest = structures.digest) '
                      'OR EXISTS (SELECT FROM extractions AS e WHERE e.tables_digest = structures.digest) '
                      'OR EXISTS (SELECT FROM extractions AS e WHERE e.recognition_digest = structures.digest)');

RESET search_path;
RESET ROLE;

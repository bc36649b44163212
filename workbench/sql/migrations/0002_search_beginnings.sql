-- A beginning* may be negated (-mahn*), joined (rechn* or mahn*) and part of a phrase ("offene rechn*"),
-- as every other word of a question.

SET ROLE workbench_owner;
SET search_path TO workbench;

CREATE OR REPLACE FUNCTION search_query(configuration regconfig, question text) RETURNS tsquery
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

RESET search_path;
RESET ROLE;

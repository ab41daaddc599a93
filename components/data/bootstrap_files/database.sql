-- What the database brings along. EXTENSIONS names it, with commas between.
\getenv extensions EXTENSIONS
SET client_min_messages = warning;

-- The service may make functions and operators here, and none of them must be taken for one of PostgreSQL's.
SET search_path = pg_catalog;

SELECT 'SET search_path = public', format('CREATE EXTENSION %I CASCADE', name), 'SET search_path = pg_catalog'
FROM unnest(string_to_array(:'extensions', ',')) AS wanted(name)
WHERE name <> '' AND NOT EXISTS (SELECT FROM pg_extension WHERE extname = name)
\gexec

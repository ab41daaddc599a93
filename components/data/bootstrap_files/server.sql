-- A role, its database, and a door that only its owner passes. DATABASE names both.
\getenv database DATABASE
SET client_min_messages = warning;

-- A role of that name which may do more than own a database is somebody else's.
SELECT format('DO %L', format('BEGIN RAISE EXCEPTION USING MESSAGE = %L; END',
    format('role %I has rights of an administrator and is not taken over', rolname)))
FROM pg_roles
WHERE rolname = :'database' AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
\gexec

SELECT format('CREATE ROLE %I LOGIN', :'database')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'database')
\gexec
SELECT format('ALTER ROLE %I LOGIN', rolname) FROM pg_roles WHERE rolname = :'database' AND NOT rolcanlogin
\gexec
SELECT format('GRANT %I TO CURRENT_USER', rolname)
FROM pg_roles
WHERE rolname = :'database'
    AND NOT (pg_has_role(current_user, oid, 'SET') AND pg_has_role(current_user, oid, 'USAGE'))
\gexec

SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database')
\gexec
SELECT format('ALTER DATABASE %I OWNER TO %I', datname, datname)
FROM pg_database WHERE datname = :'database' AND pg_get_userbyid(datdba) <> datname
\gexec

-- PUBLIC may connect to every new database, and to the two that come with the instance.
SELECT format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', datname)
FROM pg_database
WHERE datname IN (:'database', 'postgres', 'template1')
    AND pg_has_role(current_user, datdba, 'USAGE')
    AND (has_database_privilege('public', oid, 'CONNECT') OR has_database_privilege('public', oid, 'TEMPORARY'))
\gexec

-- What the master made in a service's database becomes the service's. DATABASE names both.
\getenv owner DATABASE
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
-- The service may make functions and operators here, and none of them must be taken for one of PostgreSQL's.
SET search_path = pg_catalog;

-- The objects that the service does not own, as the text of a query that psql inserts for :objects. A view would itself
-- be such an object, and would change a database in which there is nothing to hand over.
SELECT $query$
    SELECT one.*, owner.refobjid AS owner, CASE
        WHEN one.type IN ('aggregate', 'function', 'procedure') THEN 'routine'
        WHEN one.type = 'composite type' THEN 'type'
        WHEN one.type = 'statistics object' THEN 'statistics'
        ELSE one.type
    END AS word
    FROM pg_shdepend AS owner, pg_identify_object(owner.classid, owner.objid, 0) AS one
    WHERE owner.deptype = 'o'
        AND owner.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND owner.refobjid <> (SELECT oid FROM pg_roles WHERE rolname = :'owner')
        AND owner.classid NOT IN (
            'pg_default_acl'::regclass, 'pg_extension'::regclass, 'pg_user_mapping'::regclass
        )
        AND (one.schema IS NULL OR one.schema NOT LIKE 'pg\_%' AND one.schema <> 'information_schema')
        AND NOT EXISTS (
            SELECT FROM pg_depend AS needs
            LEFT JOIN pg_class AS sequence
                ON needs.classid = 'pg_class'::regclass AND sequence.oid = needs.objid AND sequence.relkind = 'S'
            WHERE needs.classid = owner.classid AND needs.objid = owner.objid
                -- An extension's own, or a sequence that goes with the column that it numbers.
                AND (needs.deptype = 'e' OR sequence.oid IS NOT NULL AND needs.refobjsubid > 0)
        )
$query$ AS objects,
-- The statement that hands one of them over, and the one that reports it.
$columns$
    format('ALTER %s %s OWNER TO %I', word, identity, :'owner'),
    format('SELECT %L', format('database-bootstrap: %s: %s %s is its own now', :'owner', type, identity))
$columns$ AS handover
\gset

SELECT :handover
FROM (:objects) AS object
WHERE owner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
    AND type = 'schema'
\gexec

SELECT :handover
FROM (:objects) AS object
WHERE owner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
    AND (type = 'large object' OR has_schema_privilege(:'owner', to_regnamespace(schema)::oid, 'CREATE'))
\gexec

SELECT format('database-bootstrap: %s: %s %s belongs to %s and is left', :'owner', type, identity, rolname)
FROM (:objects) AS object JOIN pg_roles ON pg_roles.oid = object.owner
ORDER BY type, identity;

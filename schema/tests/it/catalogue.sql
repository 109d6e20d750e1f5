-- Everything that a migration can make, a line each, without the migrations' own book-keeping.
WITH
relations AS (
    SELECT c.* FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE '\_\_diesel%'
)
SELECT line FROM (
    SELECT concat_ws(' ', 'relation', relname, relkind, relowner::regrole, relacl, relrowsecurity, relforcerowsecurity,
                     pg_get_partkeydef(oid), pg_get_expr(relpartbound, oid), obj_description(oid, 'pg_class')) AS line
      FROM relations
    UNION ALL
    -- A dropped column leaves a gap in attnum.
    SELECT concat_ws(' ', 'column', r.relname, row_number() OVER (PARTITION BY r.oid ORDER BY a.attnum), a.attname,
                     format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                     pg_get_expr(d.adbin, d.adrelid), a.attacl, col_description(r.oid, a.attnum))
      FROM relations r
      JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
    UNION ALL
    SELECT concat_ws(' ', 'constraint', r.relname, c.conname, pg_get_constraintdef(c.oid))
      FROM relations r JOIN pg_constraint c ON c.conrelid = r.oid
    UNION ALL
    SELECT concat_ws(' ', 'index', pg_get_indexdef(i.indexrelid))
      FROM relations r JOIN pg_index i ON i.indrelid = r.oid
    UNION ALL
    SELECT concat_ws(' ', 'policy', tablename, policyname, permissive, roles, cmd, qual, with_check)
      FROM pg_policies WHERE schemaname = 'public'
    UNION ALL
    SELECT concat_ws(' ', 'trigger', r.relname, pg_get_triggerdef(t.oid))
      FROM relations r JOIN pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal
    UNION ALL
    SELECT concat_ws(' ', 'function', pg_get_functiondef(p.oid), p.proowner::regrole, p.proacl, obj_description(p.oid, 'pg_proc'))
      FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
    UNION ALL
    SELECT concat_ws(' ', 'type', t.typname, t.typtype)
      FROM pg_type t WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd', 'r')
    UNION ALL
    SELECT concat_ws(' ', 'default privileges', defaclrole::regrole, defaclobjtype, defaclacl) FROM pg_default_acl
) everything
ORDER BY line

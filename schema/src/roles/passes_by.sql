SELECT rolsuper OR rolbypassrls
       OR EXISTS (SELECT FROM pg_class
                   WHERE relowner = pg_roles.oid AND relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p'))
       AS passes_by
  FROM pg_roles
 WHERE rolname = current_user

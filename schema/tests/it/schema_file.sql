-- The tables as diesel's `table!` writes them.
WITH
tables AS (
    SELECT c.oid, c.relname FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND c.relname NOT LIKE '\_\_diesel%'
),
keys AS (
    SELECT t.relname, string_agg(a.attname, ', ' ORDER BY k.position) AS columns
      FROM tables t
      JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype = 'p'
     CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k (attnum, position)
      JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum
     GROUP BY t.relname
),
columns AS (
    -- A dropped column leaves a gap in attnum.
    SELECT t.relname, row_number() OVER (PARTITION BY t.oid ORDER BY a.attnum) AS place, a.attname, a.attnotnull,
           CASE split_part(format_type(a.atttypid, a.atttypmod), '(', 1)
               WHEN 'uuid' THEN 'Uuid'
               WHEN 'text' THEN 'Text'
               WHEN 'text[]' THEN 'Array<Text>'
               WHEN 'timestamp with time zone' THEN 'Timestamptz'
               WHEN 'date' THEN 'Date'
               WHEN 'bytea' THEN 'Binary'
               WHEN 'bigint' THEN 'Int8'
               WHEN 'integer' THEN 'Int4'
               WHEN 'smallint' THEN 'Int2'
               WHEN 'boolean' THEN 'Bool'
               WHEN 'jsonb' THEN 'Jsonb'
               WHEN 'numeric' THEN 'Numeric'
               ELSE 'unknown type ' || format_type(a.atttypid, a.atttypmod)
           END AS type
      FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
)
SELECT relname || ' (' || columns || ')' AS line FROM keys
UNION ALL
SELECT relname || '.' || place || ' ' || attname || ' -> ' || CASE WHEN attnotnull THEN type ELSE 'Nullable<' || type || '>' END
  FROM columns

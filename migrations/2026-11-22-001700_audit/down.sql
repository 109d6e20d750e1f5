DROP FUNCTION organizations_audited;
DROP TABLE audit_seals, audit_pending, audit_entries;

CREATE TABLE service_clock (
    id boolean PRIMARY KEY DEFAULT true CHECK (id),
    offset_ms bigint NOT NULL
);
COMMENT ON TABLE service_clock IS 'Development only: how far the service''s clock is from the machine''s, shared by all roles. No row: not at all.';

GRANT SELECT, INSERT, UPDATE ON service_clock TO usage_service;

-- The relay takes organizations in turn: from here it finds whose messages wait for a queue, and the oldest of each,
-- without looking at the others.
CREATE INDEX outbox_turns ON outbox (queue, organization_id, id);
COMMENT ON INDEX outbox_turns IS 'For leases that take organizations in turn.';

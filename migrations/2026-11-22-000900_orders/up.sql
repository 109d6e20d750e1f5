CREATE TABLE orders (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    id uuid NOT NULL,
    contract_number text NOT NULL,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    status text NOT NULL CHECK (status IN ('not-open', 'pending-partner', 'pending-aggregator', 'closed', 'adjusting')),
    revision integer NOT NULL,
    purchase_order text,
    PRIMARY KEY (organization_id, id),
    UNIQUE (organization_id, contract_number, month),
    FOREIGN KEY (organization_id, contract_number) REFERENCES contracts (organization_id, number)
);
CREATE INDEX orders_month ON orders (organization_id, month);
COMMENT ON TABLE orders IS 'Monthly business orders, one per partner, contract and month.';
COMMENT ON COLUMN orders.revision IS 'The report revision that its metered quantities follow.';

CREATE TABLE order_lines (
    organization_id uuid NOT NULL,
    order_id uuid NOT NULL,
    id uuid NOT NULL,
    position integer NOT NULL,
    code text NOT NULL,
    metered_quantity bigint NOT NULL,
    quantity bigint NOT NULL,
    reason text,
    points_per_unit numeric(18, 6),
    points numeric(26, 6),
    PRIMARY KEY (organization_id, order_id, id),
    UNIQUE (organization_id, order_id, code),
    FOREIGN KEY (organization_id, order_id) REFERENCES orders (organization_id, id)
);

CREATE TABLE order_history (
    organization_id uuid NOT NULL,
    order_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    event text NOT NULL,
    revision integer,
    PRIMARY KEY (organization_id, order_id, id),
    FOREIGN KEY (organization_id, order_id) REFERENCES orders (organization_id, id)
);
COMMENT ON TABLE order_history IS 'What happened to an order, oldest first by id (UUID v7); never updated.';

GRANT SELECT, INSERT, UPDATE ON orders TO usage_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON order_lines TO usage_service;
GRANT SELECT, INSERT ON order_history TO usage_service;

CREATE TYPE rejection_reason AS ENUM ('out_of_stock', 'unknown_product');
CREATE TYPE movement_kind AS ENUM ('initial', 'adjustment', 'reservation');

-- What can be sold. The check is the last line of defence: an oversold product would fail the whole transaction.
CREATE TABLE stock (
  product_id integer NOT NULL PRIMARY KEY CHECK (product_id > 0),
  available  integer NOT NULL CHECK (available >= 0),
  reserved   bigint  NOT NULL DEFAULT 0 CHECK (reserved >= 0)
) WITH (fillfactor = 50);

-- What was decided about an order, a row per product, for ever. Without a reason it is reserved.
CREATE TABLE reservations (
  order_id   uuid           NOT NULL,
  product_id integer        NOT NULL,
  quantity   bigint         NOT NULL CHECK (quantity > 0),
  reason     rejection_reason,
  decided_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (order_id, product_id)
);

-- The ledger: every change of stock. The pieces of a product sum up to what is available.
CREATE TABLE stock_movements (
  id         bigserial      NOT NULL PRIMARY KEY,
  product_id integer        NOT NULL REFERENCES stock (product_id) ON DELETE RESTRICT ON UPDATE CASCADE,
  pieces     integer        NOT NULL CHECK (pieces <> 0),
  kind       movement_kind  NOT NULL,
  order_id   uuid,
  changed_by uuid,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT stock_movements_order_of_reservation CHECK ((kind = 'reservation') = (order_id IS NOT NULL)),
  CONSTRAINT stock_movements_author_of_adjustment CHECK ((kind = 'adjustment') = (changed_by IS NOT NULL))
);

-- One order takes a product from stock once, for ever.
CREATE UNIQUE INDEX stock_movements_order_id_product_id_key ON stock_movements (order_id, product_id);
CREATE INDEX stock_movements_product_id_idx ON stock_movements (product_id);

-- The three tables every service with an outbox and an inbox carries in its own database.

-- Events written in the transaction that made them true, until the broker has confirmed them. Rows are deleted, so it stays small.
CREATE TABLE outbox (
  seq               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id                uuid NOT NULL UNIQUE,
  aggregate_id      text NOT NULL,
  aggregate_version int NOT NULL DEFAULT 1,
  type              text NOT NULL,
  envelope          jsonb NOT NULL CHECK (octet_length(envelope::text) < 262144),
  headers           jsonb NOT NULL,
  available_at      timestamptz NOT NULL DEFAULT now(),
  attempts          int NOT NULL DEFAULT 0,
  last_error        text,
  created_at        timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX outbox_agg ON outbox (aggregate_id, seq);

-- Events the broker will never take. Somebody has to look at them.
CREATE TABLE outbox_failed (
  seq               bigint PRIMARY KEY,
  id                uuid NOT NULL UNIQUE,
  aggregate_id      text NOT NULL,
  aggregate_version int NOT NULL,
  type              text NOT NULL,
  envelope          jsonb NOT NULL,
  headers           jsonb NOT NULL,
  attempts          int NOT NULL,
  last_error        text NOT NULL,
  created_at        timestamptz NOT NULL,
  failed_at         timestamptz NOT NULL DEFAULT now()
);

-- Messages whose effects are committed. `consumer` is the queue's name.
CREATE TABLE inbox (
  consumer     text NOT NULL,
  message_id   uuid NOT NULL,
  processed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, message_id)
);

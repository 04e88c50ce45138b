CREATE TYPE order_status AS ENUM ('placed', 'confirmed', 'rejected');
CREATE TYPE rejection_reason AS ENUM ('out_of_stock', 'unknown_product');

CREATE TABLE orders (
  id         uuid           NOT NULL PRIMARY KEY,
  user_id    uuid           NOT NULL,
  status     order_status   NOT NULL,
  reason     rejection_reason,
  currency   char(3)        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  version    integer        NOT NULL CHECK (version > 0),
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT orders_reason_of_rejected CHECK ((status = 'rejected') = (reason IS NOT NULL))
) WITH (fillfactor = 90);

-- A user's orders, newest first: ids are UUIDv7, so their order is the order of time.
CREATE INDEX orders_user_id_id_idx ON orders (user_id, id DESC);

CREATE TABLE order_lines (
  order_id         uuid    NOT NULL REFERENCES orders (id) ON DELETE CASCADE ON UPDATE CASCADE,
  position         integer NOT NULL CHECK (position > 0),
  product_id       integer NOT NULL CHECK (product_id > 0),
  quantity         integer NOT NULL CHECK (quantity > 0),
  unit_price_cents integer NOT NULL CHECK (unit_price_cents >= 0),
  PRIMARY KEY (order_id, position)
);

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

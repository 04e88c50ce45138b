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

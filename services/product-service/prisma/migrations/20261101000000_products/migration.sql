-- What is sold and at what price. Ids are given by the shop; they are the same in every service.
CREATE TABLE products (
  id               integer        NOT NULL PRIMARY KEY CHECK (id > 0),
  name             text           NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  unit_price_cents integer        NOT NULL CHECK (unit_price_cents >= 0),
  currency         char(3)        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  created_at       timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

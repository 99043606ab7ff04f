-- +goose Up
-- Telling other systems what happened. Times are real: how events travel is no business time. The code of v0.1.0 knows
-- nothing of these tables and goes on beside them.

CREATE TABLE webhook_endpoints (
  id            uuid PRIMARY KEY,
  url           text NOT NULL CHECK (length(url) BETWEEN 8 AND 2000),
  description   text NOT NULL DEFAULT '' CHECK (length(description) <= 1000),
  event_types   text[] NOT NULL DEFAULT '{}',    -- empty: all
  metadata      jsonb NOT NULL DEFAULT '{}',
  state         text NOT NULL CHECK (state IN ('enabled','disabled','disabled_by_failure','archived')),
  reason        text NOT NULL DEFAULT '',        -- code; why we disabled it
  position      bigint NOT NULL CHECK (position >= 0),  -- the feed is queued for it up to here; only ever moved with the rows
  replay_after  bigint NOT NULL DEFAULT 0,       -- the stretch of the feed that is being queued again: (after, until]
  replay_until  bigint NOT NULL DEFAULT 0,
  failing_since timestamptz,                     -- the first failure after the last success
  failures      integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
  paused_until  timestamptz,                     -- as it asked for by Retry-After
  created_at    timestamptz NOT NULL,            -- business instant
  created_by    text NOT NULL,
  version       bigint NOT NULL DEFAULT 1,       -- of what people change; travel does not touch it
  CONSTRAINT webhook_endpoints_reason CHECK ((state = 'disabled_by_failure') = (reason <> '')),
  CONSTRAINT webhook_endpoints_replay CHECK (replay_after <= replay_until AND replay_until <= position),
  CONSTRAINT webhook_endpoints_failing CHECK ((failing_since IS NULL) = (failures = 0))
);

-- Several sign while a receiver changes to the newest. What has expired is erased.
CREATE TABLE webhook_secrets (
  id          uuid PRIMARY KEY,
  endpoint_id uuid NOT NULL REFERENCES webhook_endpoints,
  key_id      text NOT NULL DEFAULT '',          -- the payload key that sealed it; empty: it is kept as it is
  sealed      bytea NOT NULL,
  created_at  timestamptz NOT NULL,
  expires_at  timestamptz                        -- null: the newest
);
CREATE UNIQUE INDEX webhook_secrets_newest ON webhook_secrets (endpoint_id) WHERE expires_at IS NULL;
CREATE INDEX webhook_secrets_endpoint ON webhook_secrets (endpoint_id);

-- One event on its way to one endpoint. Events of the feed are read from the record; only a ping has a body of its own.
CREATE TABLE webhook_deliveries (
  id          uuid PRIMARY KEY,
  endpoint_id uuid NOT NULL REFERENCES webhook_endpoints,
  event_id    uuid NOT NULL,
  event_type  text NOT NULL,
  position    bigint,                            -- null: a ping, which is in no feed
  body        bytea,
  state       text NOT NULL CHECK (state IN ('pending','delivered','dead','cancelled')),
  attempts    integer NOT NULL DEFAULT 0 CHECK (attempts >= 0), -- begun, over all replays
  failures    integer NOT NULL DEFAULT 0 CHECK (failures >= 0), -- recorded since it began or was replayed
  replays     integer NOT NULL DEFAULT 0 CHECK (replays >= 0),
  next_at     timestamptz NOT NULL,              -- pending: not before; while leased: when the lease ends
  lease       bigint NOT NULL DEFAULT 0,         -- rises with every attempt: only the last may record its outcome
  leased      boolean NOT NULL DEFAULT false,    -- an attempt began and has not been recorded
  last_status integer NOT NULL DEFAULT 0,
  last_error  text NOT NULL DEFAULT '',
  created_at  timestamptz NOT NULL,
  settled_at  timestamptz,
  CONSTRAINT webhook_deliveries_once UNIQUE (endpoint_id, event_id),
  CONSTRAINT webhook_deliveries_source CHECK ((position IS NULL) = (body IS NOT NULL)),
  CONSTRAINT webhook_deliveries_settled CHECK ((state = 'pending') = (settled_at IS NULL)),
  CONSTRAINT webhook_deliveries_leased CHECK (NOT leased OR state = 'pending')
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_at, id) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_endpoint ON webhook_deliveries (endpoint_id, id);
CREATE INDEX webhook_deliveries_unsettled ON webhook_deliveries (state, id) WHERE state IN ('pending','dead');
CREATE INDEX webhook_deliveries_sweep ON webhook_deliveries (settled_at) WHERE state IN ('delivered','cancelled');

CREATE TABLE webhook_attempts (
  delivery_id uuid NOT NULL REFERENCES webhook_deliveries ON DELETE CASCADE,
  number      integer NOT NULL CHECK (number > 0),
  at          timestamptz NOT NULL,
  took_ms     integer NOT NULL CHECK (took_ms >= 0),
  status      integer NOT NULL DEFAULT 0,        -- 0: no answer
  error       text NOT NULL DEFAULT '',          -- empty: it succeeded
  response    bytea NOT NULL DEFAULT '' CHECK (octet_length(response) <= 1024),
  PRIMARY KEY (delivery_id, number)
);

-- +goose Down
-- Nothing goes back: a backup does.
SELECT 1;

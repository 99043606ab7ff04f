-- +goose Up
-- The nightly work: its plan, the runs of the census with what they found, and the month-end snapshots of the items. All
-- of it is new; the version before this one goes on working beside it.

-- One more kind of workflow is nudged.
ALTER TABLE nudges DROP CONSTRAINT nudges_kind_check;
ALTER TABLE nudges ADD CONSTRAINT nudges_kind_check CHECK (kind IN ('invoice','deduction','notice','nightly'));

-- Where the nightly work stands: one row, made when it is first looked at.
CREATE TABLE nightly (
  singleton         boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  next_on           date NOT NULL,               -- the business date whose night comes next
  next_at           timestamptz NOT NULL,        -- business instant at which it is due
  verified_position bigint NOT NULL DEFAULT 0,   -- the chain of the record has been verified up to here
  verified_hash     bytea NOT NULL DEFAULT ''
);

-- A census: asked for by a person, or a night's.
CREATE TABLE censuses (
  id            uuid PRIMARY KEY,
  reason        text NOT NULL CHECK (reason IN ('night','asked')),
  asked_by      text NOT NULL DEFAULT '',
  state         text NOT NULL CHECK (state IN ('asked','running','done','abandoned')),
  business_date date NOT NULL,
  asked_at      timestamptz NOT NULL,            -- business instants
  started_at    timestamptz,
  finished_at   timestamptz,
  begun_real    timestamptz,                     -- real time: when this run was begun, and how long it took
  took_ms       bigint NOT NULL DEFAULT 0,
  part          text NOT NULL DEFAULT '',        -- where it stands: the part, and the last row that was looked at
  after_id      uuid,
  looked_at     jsonb NOT NULL DEFAULT '{}',     -- rows by part
  found         jsonb NOT NULL DEFAULT '{}',     -- findings by check
  counters      jsonb NOT NULL DEFAULT '{}',     -- as they stood at the end
  engine        boolean NOT NULL DEFAULT false,  -- whether the engine's workflows were compared
  raised        bigint NOT NULL DEFAULT 0,
  resolved      bigint NOT NULL DEFAULT 0,
  repaired      bigint NOT NULL DEFAULT 0
);
CREATE INDEX censuses_waiting ON censuses (asked_at, id) WHERE state IN ('asked','running');

CREATE TABLE census_findings (
  census_id   uuid NOT NULL REFERENCES censuses,
  check_name  text NOT NULL,
  subject     text NOT NULL,                     -- an id, or the name of what has none
  customer_id uuid,
  invoice_id  uuid,
  detail      text NOT NULL,                     -- ids, amounts, dates and codes
  note        boolean NOT NULL DEFAULT false,    -- told, but nobody has to do anything
  repair      text NOT NULL DEFAULT '',          -- what was done at once: nudged, armed
  found_at    timestamptz NOT NULL,
  PRIMARY KEY (census_id, check_name, subject)
);

-- One row per night that was done; after an outage there is one for all that were missed. Unique, so a night that runs twice
-- changes nothing.
CREATE TABLE nights (
  business_date date PRIMARY KEY,
  started_at    timestamptz NOT NULL,            -- business instants
  finished_at   timestamptz,
  missed        integer NOT NULL DEFAULT 0,      -- nights before it that were never run
  census_id     uuid NOT NULL REFERENCES censuses,
  snapshot_on   date,                            -- as_of of the snapshot that it took
  purged        bigint NOT NULL DEFAULT 0        -- answers of idempotent requests that were too old to keep
);

-- The items as they stood at the end of a month.
CREATE TABLE snapshots (
  as_of         date PRIMARY KEY,                -- the last day whose changes are all in it
  month_end     date UNIQUE,                     -- the month end it was taken for; as_of is later when it came late
  opening       boolean NOT NULL DEFAULT false,  -- the first one
  missed        date[] NOT NULL DEFAULT '{}',    -- month ends before it that nobody was there to take
  taken_at      timestamptz NOT NULL,            -- business instant
  recorded_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  items         bigint NOT NULL
);
CREATE TABLE snapshot_items (
  as_of             date NOT NULL,
  item_id           uuid NOT NULL REFERENCES items,
  customer_id       uuid NOT NULL,
  invoice_id        uuid,
  kind              text NOT NULL,
  currency          char(3) NOT NULL,
  due_date          date NOT NULL,
  aging_date        date NOT NULL,
  original_minor    bigint NOT NULL,
  open_minor        bigint NOT NULL,
  disputed_minor    bigint NOT NULL,
  collectable_minor bigint NOT NULL,
  days_past_due     integer NOT NULL,            -- as_of less aging_date; 0 and less: not due
  bucket            text NOT NULL,
  version           bigint NOT NULL,             -- of the item: tells at the next snapshot whether it has changed
  PRIMARY KEY (as_of, item_id)
);
CREATE INDEX snapshot_items_customer ON snapshot_items (as_of, customer_id, item_id);
CREATE INDEX snapshot_items_bucket ON snapshot_items (as_of, bucket, item_id);
-- A closed item is in one snapshot, the first after it was closed, unless it changes again.
CREATE INDEX snapshot_items_closed ON snapshot_items (item_id, version) WHERE open_minor = 0;
CREATE TABLE snapshot_sums (
  as_of             date NOT NULL,
  currency          char(3) NOT NULL,
  bucket            text NOT NULL,
  items             bigint NOT NULL,
  open_minor        bigint NOT NULL,
  disputed_minor    bigint NOT NULL,
  collectable_minor bigint NOT NULL,
  PRIMARY KEY (as_of, currency, bucket)
);
CREATE TRIGGER snapshots_immutable BEFORE DELETE OR UPDATE ON snapshots FOR EACH ROW EXECUTE FUNCTION refuse_change('snapshots_immutable');
CREATE TRIGGER snapshot_items_immutable BEFORE DELETE OR UPDATE ON snapshot_items FOR EACH ROW EXECUTE FUNCTION refuse_change('snapshots_immutable');
CREATE TRIGGER snapshot_sums_immutable BEFORE DELETE OR UPDATE ON snapshot_sums FOR EACH ROW EXECUTE FUNCTION refuse_change('snapshots_immutable');

-- Old answers of idempotent requests are found without reading all.
CREATE INDEX idempotency_created ON idempotency (created_at);

-- An installation that is there already gets its nightly workflow by this nudge; a new one by its set-up.
INSERT INTO nudges (workflow_id, subject_id, kind, first_action)
SELECT 'nightly/04c6cde4-24ac-53de-8773-1a6f6bc643c6', '04c6cde4-24ac-53de-8773-1a6f6bc643c6', 'nightly', 'ReviewNightly'
FROM installation
ON CONFLICT (workflow_id) DO NOTHING;

-- +goose Down
-- Nothing goes back: a backup does.
SELECT 1;

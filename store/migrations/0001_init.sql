-- +goose Up
-- Everything lives in the schema that search_path names first, so a test may own a schema of its own.
-- Amounts: bigint minor units beside char(3) currency. Business dates: date, in the customer's time zone.
-- Instants: timestamptz. SQL never reads the clock for business time; columns named *_at hold what the caller passed,
-- except recorded_at, which is the real time of the write and decides nothing.

-- The business clock and the creditor: one row each (one creditor per installation).
CREATE TABLE business_clock (
  singleton   boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  kind        text NOT NULL CHECK (kind IN ('real','scaled','stepped')),
  epoch       timestamptz NOT NULL,           -- real instant at which origin was shown
  origin      timestamptz NOT NULL,           -- business instant shown at epoch
  rate        bigint NOT NULL DEFAULT 1 CHECK (rate BETWEEN 1 AND 10000000), -- business seconds per real second
  position    timestamptz NOT NULL            -- stepped clocks only: where the driver stands
);

CREATE TABLE installation (
  singleton        boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  creditor_name    text NOT NULL,
  creditor_address text NOT NULL DEFAULT '',
  remit_to         text NOT NULL DEFAULT '',   -- bank details as printed on notices
  time_zone        text NOT NULL DEFAULT 'UTC',
  language         text NOT NULL DEFAULT 'en',
  calendar         text NOT NULL DEFAULT 'none',
  from_address     text NOT NULL,
  reply_domain     text NOT NULL,
  default_policy   text NOT NULL,
  version          bigint NOT NULL DEFAULT 1
);

CREATE TABLE api_keys (
  id          uuid PRIMARY KEY,
  name        text NOT NULL,
  role        text NOT NULL CHECK (role IN ('collector','supervisor','auditor','admin')),
  prefix      text NOT NULL UNIQUE,            -- the public part, shown in lists and audit entries
  hash        bytea NOT NULL CHECK (octet_length(hash) = 32),
  created_at  timestamptz NOT NULL,
  created_by  text NOT NULL,
  revoked_at  timestamptz
);

-- Policies: a version is immutable from the moment a case pinned it; a trigger refuses any change of body at all.
CREATE TABLE policies (
  key         text PRIMARY KEY CHECK (key ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  kind        text NOT NULL CHECK (kind IN ('collection','repayment')),
  latest      integer NOT NULL DEFAULT 0
);
CREATE TABLE policy_versions (
  id          uuid PRIMARY KEY,
  key         text NOT NULL REFERENCES policies,
  version     integer NOT NULL CHECK (version > 0),
  body        jsonb NOT NULL,
  hash        bytea NOT NULL CHECK (octet_length(hash) = 32),
  created_at  timestamptz NOT NULL,
  created_by  text NOT NULL,
  used_at     timestamptz,                     -- first pinned by a case
  CONSTRAINT policy_versions_key_version UNIQUE (key, version)
);
CREATE TABLE segments (
  segment     text PRIMARY KEY,
  policy_key  text REFERENCES policies
);

CREATE TABLE customers (
  id                 uuid PRIMARY KEY,
  source             text NOT NULL,
  number             text NOT NULL,
  name               text NOT NULL CHECK (length(name) BETWEEN 1 AND 300),
  segment            text NOT NULL DEFAULT '',
  currency           char(3) NOT NULL,
  language           text NOT NULL DEFAULT 'en',
  time_zone          text NOT NULL DEFAULT 'UTC',
  calendar           text NOT NULL DEFAULT 'none',   -- holiday calendar code
  country            text NOT NULL DEFAULT '',
  preferred_channel  text NOT NULL DEFAULT '' CHECK (preferred_channel IN ('','email','letter','sms','webhook')),
  collector          text NOT NULL DEFAULT '',
  payer_id           uuid REFERENCES customers,
  parent_id          uuid REFERENCES customers,
  dunning_recipient_id uuid REFERENCES customers,    -- whose contacts receive the notices; null = itself
  net_days           integer NOT NULL DEFAULT 30 CHECK (net_days BETWEEN 0 AND 365),
  end_of_month       boolean NOT NULL DEFAULT false,
  discount_bp        integer NOT NULL DEFAULT 0 CHECK (discount_bp BETWEEN 0 AND 10000), -- hundredths of a percent
  discount_days      integer NOT NULL DEFAULT 0 CHECK (discount_days BETWEEN 0 AND 365),
  policy_key         text REFERENCES policies,
  on_hold            text NOT NULL DEFAULT '' CHECK (on_hold IN ('','requested','in_force')), -- credit hold; the ERP confirms
  recipient_changed_by text NOT NULL DEFAULT '',     -- four eyes: who last changed contacts or recipient
  version            bigint NOT NULL DEFAULT 1,
  created_at         timestamptz NOT NULL,
  CONSTRAINT customers_source_number UNIQUE (source, number),
  CONSTRAINT customers_not_own_parent CHECK (parent_id IS DISTINCT FROM id)
);
CREATE INDEX customers_name ON customers (lower(name), id);
CREATE INDEX customers_segment ON customers (segment, id);

CREATE TABLE contacts (
  id           uuid PRIMARY KEY,
  customer_id  uuid NOT NULL REFERENCES customers,
  role         text NOT NULL CHECK (role IN ('billing','dunning','management','legal')),
  name         text NOT NULL DEFAULT '',
  email        text NOT NULL DEFAULT '',
  phone        text NOT NULL DEFAULT '',
  address      text NOT NULL DEFAULT '',        -- postal address, lines separated by newline
  webhook      text NOT NULL DEFAULT '',
  rank         integer NOT NULL DEFAULT 0,      -- lower is tried first within a role
  active       boolean NOT NULL DEFAULT true,
  email_failed_at timestamptz,                  -- refused or bounced; cleared when the address changes
  email_failure   text NOT NULL DEFAULT '',
  version      bigint NOT NULL DEFAULT 1
);
CREATE INDEX contacts_customer ON contacts (customer_id, role, rank);

CREATE TABLE documents (
  id           uuid PRIMARY KEY,
  customer_id  uuid REFERENCES customers,
  invoice_id   uuid,
  kind         text NOT NULL CHECK (kind IN ('invoice','purchase_order','delivery_note','proof_of_delivery','bill_of_lading','price_agreement','promotion_contract','remittance','claim','credit_memo','correspondence','collection_note')),
  filename     text NOT NULL,
  media_type   text NOT NULL,
  size         bigint NOT NULL CHECK (size BETWEEN 1 AND 10485760),
  sha256       bytea NOT NULL CHECK (octet_length(sha256) = 32),
  content      bytea NOT NULL,
  created_at   timestamptz NOT NULL,
  created_by   text NOT NULL
);
CREATE INDEX documents_invoice ON documents (invoice_id, created_at);

CREATE TABLE invoices (
  id             uuid PRIMARY KEY,
  source         text NOT NULL,
  number         text NOT NULL CHECK (length(number) BETWEEN 1 AND 100),
  customer_id    uuid NOT NULL REFERENCES customers,
  invoice_date   date NOT NULL,
  currency       char(3) NOT NULL,
  amount_minor   bigint NOT NULL CHECK (amount_minor > 0),
  purchase_order text NOT NULL DEFAULT '',
  policy_key     text REFERENCES policies,
  state          text NOT NULL DEFAULT 'valid' CHECK (state IN ('valid','void')),
  amounts_changed_by text NOT NULL,             -- four eyes: who last changed the amounts
  import_id      uuid,
  version        bigint NOT NULL DEFAULT 1,
  created_at     timestamptz NOT NULL,
  CONSTRAINT invoices_source_number UNIQUE (source, number)
);
CREATE INDEX invoices_customer ON invoices (customer_id, id);
CREATE INDEX invoices_content ON invoices (customer_id, amount_minor, invoice_date); -- the same invoice under another number

-- The unit of money (MONEY.md). The law of the item is this CHECK.
CREATE TABLE items (
  id                uuid PRIMARY KEY,
  invoice_id        uuid REFERENCES invoices,
  customer_id       uuid NOT NULL REFERENCES customers,
  kind              text NOT NULL CHECK (kind IN ('instalment','deduction','claim','charge')),
  seq               integer NOT NULL DEFAULT 1,
  due_date          date NOT NULL,
  aging_date        date NOT NULL,
  time_zone         text NOT NULL,
  currency          char(3) NOT NULL,
  original_minor    bigint NOT NULL CHECK (original_minor >= 0),
  paid_minor        bigint NOT NULL DEFAULT 0 CHECK (paid_minor >= 0),
  discounted_minor  bigint NOT NULL DEFAULT 0 CHECK (discounted_minor >= 0),
  credited_minor    bigint NOT NULL DEFAULT 0 CHECK (credited_minor >= 0),
  written_off_minor bigint NOT NULL DEFAULT 0 CHECK (written_off_minor >= 0),
  moved_minor       bigint NOT NULL DEFAULT 0 CHECK (moved_minor >= 0),
  open_minor        bigint NOT NULL CHECK (open_minor >= 0),
  disputed_minor    bigint NOT NULL DEFAULT 0 CHECK (disputed_minor >= 0),
  -- where the item stands on its ladder
  cycle             integer NOT NULL DEFAULT 1 CHECK (cycle > 0),
  level             integer NOT NULL DEFAULT 0 CHECK (level >= 0),
  last_stage_done   text NOT NULL DEFAULT '',   -- key of the last stage done, also of stages that send nothing
  last_stage_on     date,
  last_notice_on    date,
  handed_over_on    date,
  version           bigint NOT NULL DEFAULT 1,
  CONSTRAINT items_law CHECK (original_minor = paid_minor + discounted_minor + credited_minor + written_off_minor + moved_minor + open_minor),
  CONSTRAINT items_disputed CHECK (disputed_minor <= open_minor),
  CONSTRAINT items_invoice_seq UNIQUE (invoice_id, kind, seq)
);
CREATE INDEX items_customer_open ON items (customer_id, currency, due_date) WHERE open_minor > 0;
CREATE INDEX items_open_due ON items (due_date, id) WHERE open_minor > 0;

-- One row per collection case; its id is the invoice's. wake_at is business time.
CREATE TABLE cases (
  id                 uuid PRIMARY KEY,
  kind               text NOT NULL CHECK (kind IN ('invoice','deduction')),
  customer_id        uuid NOT NULL REFERENCES customers,
  policy_version_id  uuid NOT NULL REFERENCES policy_versions,
  state              text NOT NULL CHECK (state IN ('active','closed','needs_attention')),
  next_action        text NOT NULL DEFAULT '',  -- what the last decision names to do at wake_at
  wake_at            timestamptz,               -- every active case has one
  decisions          integer NOT NULL DEFAULT 0,
  attention_code     text NOT NULL DEFAULT '',
  customer_wide      boolean NOT NULL DEFAULT false, -- its policy has conditions on the customer: nudge it when those change
  CONSTRAINT cases_next_date CHECK (state <> 'active' OR wake_at IS NOT NULL)
);
CREATE INDEX cases_wake ON cases (wake_at) WHERE state = 'active';
CREATE INDEX cases_customer_wide ON cases (customer_id) WHERE customer_wide AND state = 'active';
CREATE INDEX cases_asking ON cases (customer_id) WHERE next_action = 'AskApproval' AND state = 'active';
CREATE INDEX cases_attention ON cases (id) WHERE state = 'needs_attention';

-- What was known and decided, for replay: facts and decision as recorded, the rules' version.
CREATE TABLE decisions (
  case_id        uuid NOT NULL,
  seq            integer NOT NULL,
  at             timestamptz NOT NULL,          -- business instant
  called_for     text NOT NULL,                 -- the activity that asked: arm, review, send_notice …
  rules_version  integer NOT NULL,
  policy_version_id uuid NOT NULL,
  facts          jsonb NOT NULL,
  decision       jsonb NOT NULL,
  recorded_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (case_id, seq)
);

-- A step is (item, stage, cycle, attempt): at most one attempt is live or done; a withdrawn or refused one frees the next.
CREATE TABLE steps (
  id           uuid PRIMARY KEY,
  item_id      uuid NOT NULL REFERENCES items,
  case_id      uuid NOT NULL,
  stage        text NOT NULL,
  cycle        integer NOT NULL,
  attempt      integer NOT NULL CHECK (attempt > 0),
  action       text NOT NULL CHECK (action IN ('notice','task','credit_hold','hand_over')),
  state        text NOT NULL CHECK (state IN ('live','awaiting_approval','approved','done','withdrawn','refused','skipped')),
  notice_id    uuid,
  ask_minor    bigint NOT NULL DEFAULT 0 CHECK (ask_minor >= 0),
  decided_on   date NOT NULL,
  done_on      date,
  reason       text NOT NULL DEFAULT '',
  recorded_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT steps_attempt UNIQUE (item_id, stage, cycle, attempt)
);
CREATE UNIQUE INDEX steps_one_live_or_done ON steps (item_id, stage, cycle) WHERE state IN ('live','awaiting_approval','approved','done','skipped');
CREATE INDEX steps_case ON steps (case_id);
CREATE INDEX steps_notice ON steps (notice_id) WHERE notice_id IS NOT NULL;
CREATE UNIQUE INDEX steps_one_live ON steps (item_id) WHERE state IN ('live','awaiting_approval','approved');

CREATE TABLE notices (
  id            uuid PRIMARY KEY,
  customer_id   uuid NOT NULL REFERENCES customers,
  currency      char(3) NOT NULL,
  channel       text NOT NULL CHECK (channel IN ('email','letter','sms','webhook')),
  kind          text NOT NULL CHECK (kind IN ('courtesy','dunning')),
  stage         text NOT NULL DEFAULT '',       -- drafts only: one draft per customer, stage and currency
  state         text NOT NULL CHECK (state IN ('gathering','draft','sealed','sending','sent','withdrawn','refused')),
  language      text NOT NULL,
  time_zone     text NOT NULL,
  opens_at      timestamptz NOT NULL,           -- business instant: the send window's opening
  seal_after    timestamptz NOT NULL,           -- real instant: a short pause after the first line
  window_from   integer NOT NULL, window_to integer NOT NULL, window_days text NOT NULL DEFAULT '', calendar text NOT NULL,
  contact_id    uuid,
  recipient     text NOT NULL DEFAULT '',       -- address as used
  template      text NOT NULL DEFAULT '',
  subject       text NOT NULL DEFAULT '',
  content_hash  bytea,
  message_id    text NOT NULL DEFAULT '',
  asked_minor   bigint NOT NULL DEFAULT 0,
  dispatches    integer NOT NULL DEFAULT 0,
  resends       integer NOT NULL DEFAULT 0,     -- same bytes again after a crash in sending: the one documented window
  wake_at       timestamptz,
  approved_at   timestamptz,
  dispatched_at timestamptz,
  dispatched_real timestamptz,
  sent_at       timestamptz,
  outcome       text NOT NULL DEFAULT '',       -- code of the refusal or withdrawal
  outcome_detail text NOT NULL DEFAULT '',
  created_at    timestamptz NOT NULL,
  version       bigint NOT NULL DEFAULT 1,
  CONSTRAINT notices_sending_has_content CHECK (state NOT IN ('draft','sending','sent') OR content_hash IS NOT NULL)
);
CREATE UNIQUE INDEX notices_one_gathering ON notices (customer_id, currency, channel, kind) WHERE state = 'gathering';
CREATE INDEX notices_customer ON notices (customer_id, created_at);
CREATE INDEX notices_state ON notices (state, created_at, id);

CREATE TABLE notice_bodies (
  notice_id  uuid PRIMARY KEY REFERENCES notices,
  raw        bytea NOT NULL                     -- exactly what is or was handed to the channel
);

CREATE TABLE notice_lines (
  id             uuid PRIMARY KEY,
  notice_id      uuid NOT NULL REFERENCES notices,
  item_id        uuid NOT NULL REFERENCES items,
  case_id        uuid NOT NULL,
  step_id        uuid NOT NULL REFERENCES steps,
  stage          text NOT NULL,
  level          integer NOT NULL,
  state          text NOT NULL CHECK (state IN ('live','sent','withdrawn','refused')),
  open_minor     bigint NOT NULL,
  ask_minor      bigint NOT NULL CHECK (ask_minor >= 0),
  reserved_minor bigint NOT NULL DEFAULT 0,
  days_past_due  integer NOT NULL,
  policy_version_id uuid NOT NULL,
  template       text NOT NULL,
  reason         text NOT NULL DEFAULT '',
  CONSTRAINT notice_lines_step UNIQUE (step_id)
);
CREATE INDEX notice_lines_notice ON notice_lines (notice_id);
CREATE INDEX notice_lines_item ON notice_lines (item_id);
CREATE INDEX notice_lines_case ON notice_lines (case_id);

-- An approval binds a person's decision to a content hash. Subject: a draft notice, or a step that sends nothing.
CREATE TABLE approvals (
  id           uuid PRIMARY KEY,
  subject_kind text NOT NULL CHECK (subject_kind IN ('notice','step')),
  subject_id   uuid NOT NULL,
  customer_id  uuid NOT NULL REFERENCES customers,
  case_id      uuid,                            -- for steps
  stage        text NOT NULL,
  role         text NOT NULL,                   -- who may decide now; raised at the deadline
  state        text NOT NULL CHECK (state IN ('open','approved','rejected','lapsed','skipped')),
  content_hash bytea NOT NULL,
  summary      text NOT NULL,
  amount_minor bigint NOT NULL,
  currency     char(3) NOT NULL,
  proposers    text[] NOT NULL,                 -- who may not approve
  at_deadline  text NOT NULL CHECK (at_deadline IN ('remind','raise','skip')),
  deadline_days integer NOT NULL,
  due_at       timestamptz NOT NULL,
  reminders    integer NOT NULL DEFAULT 0,
  requested_at timestamptz NOT NULL,
  decided_at   timestamptz,
  decided_by   text NOT NULL DEFAULT '',
  comment      text NOT NULL DEFAULT '',
  version      bigint NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX approvals_one_open ON approvals (subject_kind, subject_id) WHERE state = 'open';
CREATE INDEX approvals_open ON approvals (due_at, id) WHERE state = 'open';
CREATE INDEX approvals_subject ON approvals (subject_id);

CREATE TABLE promises (
  id            uuid PRIMARY KEY,
  customer_id   uuid NOT NULL REFERENCES customers,
  invoice_id    uuid NOT NULL REFERENCES invoices,
  amount_minor  bigint NOT NULL CHECK (amount_minor > 0),
  currency      char(3) NOT NULL,
  received_minor bigint NOT NULL DEFAULT 0 CHECK (received_minor >= 0),
  promised_on   date NOT NULL,
  due_on        date NOT NULL,
  grace_days    integer NOT NULL DEFAULT 0 CHECK (grace_days BETWEEN 0 AND 30),
  state         text NOT NULL CHECK (state IN ('open','kept','partially_kept','broken','withdrawn')),
  settled_on    date,
  note          text NOT NULL DEFAULT '',
  created_by    text NOT NULL,
  created_at    timestamptz NOT NULL,
  version       bigint NOT NULL DEFAULT 1
);
CREATE INDEX promises_invoice ON promises (invoice_id);
CREATE TABLE promise_items (
  promise_id   uuid NOT NULL REFERENCES promises,
  item_id      uuid NOT NULL REFERENCES items,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  received_minor bigint NOT NULL DEFAULT 0 CHECK (received_minor >= 0),
  PRIMARY KEY (promise_id, item_id)
);
CREATE INDEX promise_items_item ON promise_items (item_id);

CREATE TABLE blocks (
  id          uuid PRIMARY KEY,
  customer_id uuid NOT NULL REFERENCES customers,
  invoice_id  uuid REFERENCES invoices,         -- null: the whole customer
  item_id     uuid REFERENCES items,            -- null: the whole invoice
  reason      text NOT NULL CHECK (reason IN ('customer_request','internal_review','legal','goodwill','insolvency','billing_error','other')),
  note        text NOT NULL DEFAULT '',
  until       date,                             -- last day on which it holds; null only for 'legal' and 'insolvency'
  created_by  text NOT NULL,
  created_at  timestamptz NOT NULL,
  released_at timestamptz,
  released_by text NOT NULL DEFAULT '',
  CONSTRAINT blocks_expiry CHECK (until IS NOT NULL OR reason IN ('legal','insolvency'))
);
CREATE INDEX blocks_customer ON blocks (customer_id) WHERE released_at IS NULL;

CREATE TABLE dispute_flags (
  id           uuid PRIMARY KEY,
  item_id      uuid NOT NULL REFERENCES items,
  invoice_id   uuid NOT NULL REFERENCES invoices,
  customer_id  uuid NOT NULL REFERENCES customers,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency     char(3) NOT NULL,
  reason       text NOT NULL,
  note         text NOT NULL DEFAULT '',
  state        text NOT NULL CHECK (state IN ('open','released')),
  created_by   text NOT NULL,
  created_at   timestamptz NOT NULL,
  released_by  text NOT NULL DEFAULT '',
  released_at  timestamptz,
  release_reason text NOT NULL DEFAULT ''
);
CREATE INDEX dispute_flags_item ON dispute_flags (item_id);

CREATE TABLE notes (
  id           uuid PRIMARY KEY,
  customer_id  uuid NOT NULL REFERENCES customers,
  invoice_id   uuid REFERENCES invoices,
  kind         text NOT NULL CHECK (kind IN ('note','call')),
  outcome      text NOT NULL DEFAULT '' CHECK (outcome IN ('','reached','no_answer','left_message','wrong_number','will_pay','disputes','refuses')),
  body         text NOT NULL CHECK (length(body) BETWEEN 1 AND 10000),
  follow_up_on date,
  created_by   text NOT NULL,
  created_at   timestamptz NOT NULL
);
CREATE INDEX notes_customer ON notes (customer_id, created_at);

CREATE TABLE tasks (
  id          uuid PRIMARY KEY,
  kind        text NOT NULL,                    -- stage, no_address, apply_credit, broken_promise, follow_up, ladder_done, needs_attention, snapshot_difference, approval_overdue …
  dedupe      text NOT NULL UNIQUE,             -- the business step that opened it; opening twice changes nothing
  customer_id uuid REFERENCES customers,
  invoice_id  uuid REFERENCES invoices,
  item_id     uuid REFERENCES items,
  assignee    text NOT NULL DEFAULT '',         -- collector's name; empty: anyone of the role
  role        text NOT NULL,
  summary     text NOT NULL,
  due_on      date NOT NULL,
  state       text NOT NULL CHECK (state IN ('open','done','cancelled')),
  outcome     text NOT NULL DEFAULT '',
  created_at  timestamptz NOT NULL,
  closed_at   timestamptz,
  closed_by   text NOT NULL DEFAULT '',
  version     bigint NOT NULL DEFAULT 1
);
CREATE INDEX tasks_open ON tasks (due_on, id) WHERE state = 'open';
CREATE INDEX tasks_invoice ON tasks (invoice_id);

-- Receipt: amount (0 once reversed) + netted claims = applied + on account + unapplied + refunded.
CREATE TABLE receipts (
  id               uuid PRIMARY KEY,
  source           text NOT NULL,
  number           text NOT NULL,               -- the source's own reference
  customer_id      uuid REFERENCES customers,   -- null: not yet known whose
  kind             text NOT NULL DEFAULT 'bank' CHECK (kind IN ('bank','offset')),
  currency         char(3) NOT NULL,
  amount_minor     bigint NOT NULL CHECK (amount_minor >= 0),
  gross_minor      bigint NOT NULL CHECK (gross_minor > 0),  -- as received; stays when reversed
  netted_minor     bigint NOT NULL DEFAULT 0 CHECK (netted_minor >= 0),
  applied_minor    bigint NOT NULL DEFAULT 0 CHECK (applied_minor >= 0),
  on_account_minor bigint NOT NULL DEFAULT 0 CHECK (on_account_minor >= 0),
  unapplied_minor  bigint NOT NULL DEFAULT 0 CHECK (unapplied_minor >= 0),
  refunded_minor   bigint NOT NULL DEFAULT 0 CHECK (refunded_minor >= 0),
  value_date       date NOT NULL,
  reference        text NOT NULL DEFAULT '',
  state            text NOT NULL CHECK (state IN ('recorded','reversed')),
  reversed_at      timestamptz,
  reversal_reason  text NOT NULL DEFAULT '',
  created_by       text NOT NULL,
  created_at       timestamptz NOT NULL,
  version          bigint NOT NULL DEFAULT 1,
  CONSTRAINT receipts_source_number UNIQUE (source, number),
  CONSTRAINT receipts_law CHECK (amount_minor + netted_minor = applied_minor + on_account_minor + unapplied_minor + refunded_minor),
  CONSTRAINT receipts_reversed CHECK ((state = 'reversed') = (amount_minor = 0))
);
CREATE INDEX receipts_waiting ON receipts (customer_id, currency) WHERE on_account_minor + unapplied_minor > 0;
CREATE TABLE applications (
  id             uuid PRIMARY KEY,
  receipt_id     uuid NOT NULL REFERENCES receipts,
  item_id        uuid NOT NULL REFERENCES items,
  amount_minor   bigint NOT NULL CHECK (amount_minor > 0),   -- receipt currency
  item_minor     bigint NOT NULL CHECK (item_minor > 0),     -- item currency
  discount_minor bigint NOT NULL DEFAULT 0 CHECK (discount_minor >= 0), -- item currency, taken with this application
  rate           text NOT NULL DEFAULT '1',
  applied_at     timestamptz NOT NULL,
  reversed_at    timestamptz
);
CREATE INDEX applications_receipt ON applications (receipt_id);
CREATE INDEX applications_item ON applications (item_id);

CREATE TABLE credit_memos (
  id            uuid PRIMARY KEY,
  source        text NOT NULL,
  number        text NOT NULL,
  customer_id   uuid NOT NULL REFERENCES customers,
  invoice_id    uuid REFERENCES invoices,
  currency      char(3) NOT NULL,
  amount_minor  bigint NOT NULL CHECK (amount_minor > 0),
  applied_minor bigint NOT NULL DEFAULT 0 CHECK (applied_minor >= 0),
  open_minor    bigint NOT NULL CHECK (open_minor >= 0),
  memo_date     date NOT NULL,
  reason        text NOT NULL DEFAULT '',
  state         text NOT NULL CHECK (state IN ('valid','void')),
  created_by    text NOT NULL,
  created_at    timestamptz NOT NULL,
  version       bigint NOT NULL DEFAULT 1,
  CONSTRAINT credit_memos_source_number UNIQUE (source, number),
  CONSTRAINT credit_memos_law CHECK (CASE state WHEN 'void' THEN applied_minor = 0 AND open_minor = 0 ELSE amount_minor = applied_minor + open_minor END)
);
CREATE INDEX credit_memos_open ON credit_memos (customer_id, currency) WHERE open_minor > 0;
CREATE TABLE credit_applications (
  id             uuid PRIMARY KEY,
  credit_memo_id uuid NOT NULL REFERENCES credit_memos,
  item_id        uuid NOT NULL REFERENCES items,
  amount_minor   bigint NOT NULL CHECK (amount_minor > 0),
  applied_at     timestamptz NOT NULL,
  reversed_at    timestamptz
);
CREATE INDEX credit_applications_memo ON credit_applications (credit_memo_id);
CREATE INDEX credit_applications_item ON credit_applications (item_id);

CREATE TABLE write_offs (
  id           uuid PRIMARY KEY,
  item_id      uuid NOT NULL REFERENCES items,
  receipt_id   uuid REFERENCES receipts,        -- the receipt that caused it: reversed with it
  kind         text NOT NULL CHECK (kind IN ('small_difference','concession','bad_debt')),
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  reason       text NOT NULL,
  created_by   text NOT NULL,
  created_at   timestamptz NOT NULL,
  reversed_at  timestamptz
);
CREATE INDEX write_offs_item ON write_offs (item_id);

-- Imports and their quarantine.
CREATE TABLE imports (
  id            uuid PRIMARY KEY,
  profile       text NOT NULL,
  source        text NOT NULL,
  filename      text NOT NULL,
  sha256        bytea,
  mode          text NOT NULL CHECK (mode IN ('delta','snapshot')),
  as_of         date,
  state         text NOT NULL CHECK (state IN ('running','done','failed')),
  rows_read     bigint NOT NULL DEFAULT 0,
  accepted      bigint NOT NULL DEFAULT 0,
  changed       bigint NOT NULL DEFAULT 0,
  unchanged     bigint NOT NULL DEFAULT 0,
  refused       bigint NOT NULL DEFAULT 0,
  suspicious    bigint NOT NULL DEFAULT 0,
  settings      jsonb NOT NULL DEFAULT '{}',    -- what whoever loaded it stated, and the profile's text
  report        jsonb NOT NULL DEFAULT '{}',
  created_by    text NOT NULL,
  created_at    timestamptz NOT NULL,
  finished_at   timestamptz
);
CREATE TABLE quarantine (
  id          uuid PRIMARY KEY,
  import_id   uuid NOT NULL REFERENCES imports,
  line        bigint NOT NULL,
  field       text NOT NULL,
  code        text NOT NULL,
  message     text NOT NULL,
  raw         jsonb NOT NULL,
  severity    text NOT NULL CHECK (severity IN ('refused','suspicious')),
  state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open','corrected','discarded')),
  fingerprint bytea UNIQUE                      -- the same row of a source is not put here twice
);
CREATE INDEX quarantine_import ON quarantine (import_id, line);

-- The outbox: one coalescing row per workflow, deleted only if its version is unchanged. Versions come from a sequence, so that a
-- row which was delivered and left anew never bears a version that it had before: a relay that lost its lead meanwhile must
-- not delete it.
CREATE SEQUENCE nudge_versions;
CREATE TABLE nudges (
  workflow_id text PRIMARY KEY,                 -- invoice/<id>, notice/<id>
  subject_id  uuid NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('invoice','deduction','notice')),
  start_at    timestamptz,                      -- business instant: start delayed to it; null: signal with start, now
  first_action text NOT NULL DEFAULT 'review',  -- what the first decision, made in the transaction, named
  version     bigint NOT NULL DEFAULT nextval('nudge_versions'),
  attempts    integer NOT NULL DEFAULT 0,
  not_before  timestamptz NOT NULL DEFAULT clock_timestamp(), -- real time: back-off after a failed delivery
  last_error  text NOT NULL DEFAULT ''
);
CREATE INDEX nudges_order ON nudges (start_at NULLS FIRST, workflow_id);

-- Audit: entries commit unlinked; one sealer gives position and hash below pg_snapshot_xmin.
CREATE TABLE audit_entries (
  id              uuid PRIMARY KEY,
  at              timestamptz NOT NULL,         -- business instant
  business_date   date,                         -- its civil date where a zone mattered; part of the hash
  actor           text NOT NULL,
  action          text NOT NULL,
  subject_kind    text NOT NULL,
  subject_id      uuid NOT NULL,
  customer_id     uuid,
  invoice_id      uuid,
  data            jsonb NOT NULL DEFAULT '{}',
  idempotency_key text NOT NULL DEFAULT '',
  xid             xid8 NOT NULL DEFAULT pg_current_xact_id(),
  recorded_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  position        bigint UNIQUE,
  prev_hash       bytea,
  hash            bytea
);
CREATE INDEX audit_entries_unsealed ON audit_entries (xid, id) WHERE position IS NULL;
CREATE INDEX audit_entries_subject ON audit_entries (subject_id, recorded_at);
CREATE INDEX audit_entries_invoice ON audit_entries (invoice_id, recorded_at);
CREATE INDEX audit_entries_customer ON audit_entries (customer_id, recorded_at);

CREATE TABLE idempotency (
  principal    text NOT NULL,
  key          text NOT NULL,
  method_path  text NOT NULL,
  request_hash bytea NOT NULL,
  status       integer NOT NULL DEFAULT 0,      -- 0: reserved, no answer yet
  headers      jsonb NOT NULL DEFAULT '{}',
  body         bytea NOT NULL DEFAULT '',
  created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  attempt_at   timestamptz NOT NULL DEFAULT clock_timestamp(), -- when the last attempt began
  released     boolean NOT NULL DEFAULT false,  -- the last attempt failed: the next may run at once
  PRIMARY KEY (principal, key)
);

CREATE TABLE counters (
  name  text PRIMARY KEY,                       -- dunned_after_paid, asked_too_much, paid_while_sending, resent_same_bytes, withdrawn_in_sending …
  value bigint NOT NULL DEFAULT 0
);

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_ARGV[0],
    MESSAGE = format('%s rows do not change', TG_TABLE_NAME);
END $$;
-- +goose StatementEnd
CREATE TRIGGER policy_versions_immutable BEFORE DELETE OR UPDATE OF key, version, body, hash, created_by ON policy_versions
  FOR EACH ROW EXECUTE FUNCTION refuse_change('policy_versions_immutable');
CREATE TRIGGER audit_entries_immutable BEFORE DELETE OR UPDATE OF id, at, business_date, actor, action, subject_kind, subject_id, customer_id, invoice_id, data,
  idempotency_key, xid ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION refuse_change('audit_entries_immutable');
CREATE TRIGGER decisions_immutable BEFORE DELETE OR UPDATE ON decisions
  FOR EACH ROW EXECUTE FUNCTION refuse_change('decisions_immutable');

-- +goose Down
-- Nothing goes back: a backup does.
SELECT 1;

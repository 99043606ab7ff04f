-- +goose Up
-- Claims: deductions that a customer has taken and amounts that it contests, with their cases.

-- Our reason codes. Shipped ones are there from the first day; an installation adds its own.
CREATE TABLE reason_codes (
  code       text PRIMARY KEY CHECK (code ~ '^[a-z][a-z0-9_]{1,39}$'),
  name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  trade      boolean NOT NULL,
  active     boolean NOT NULL DEFAULT true,
  version    bigint NOT NULL DEFAULT 1
);
INSERT INTO reason_codes (code, name, trade) VALUES
  ('co_op', 'Co-op advertising', true),
  ('compliance_penalty', 'Compliance penalty', false),
  ('damage', 'Damage', false),
  ('duplicate_billing', 'Duplicate billing', false),
  ('freight', 'Freight', false),
  ('not_ordered', 'Not ordered', false),
  ('other', 'Other', false),
  ('pricing', 'Pricing', false),
  ('promotion', 'Promotion', true),
  ('quality', 'Quality', false),
  ('rebate', 'Rebate', true),
  ('returns', 'Returns', false),
  ('shortage', 'Shortage', false),
  ('tax', 'Tax', false),
  ('unearned_discount', 'Unearned discount', false),
  ('unsaleables', 'Unsaleables', false);

-- Triage rules as data: immutable versions of a set, for the installation, a segment or a customer.
CREATE TABLE triage_rules (
  id          uuid PRIMARY KEY,
  scope       text NOT NULL CHECK (scope IN ('default','segment','customer')),
  segment     text NOT NULL DEFAULT '',
  customer_id uuid REFERENCES customers,
  version     integer NOT NULL CHECK (version > 0),
  body        json NOT NULL,                     -- as it was hashed: jsonb would order its keys anew
  hash        bytea NOT NULL CHECK (octet_length(hash) = 32),
  created_by  text NOT NULL,
  created_at  timestamptz NOT NULL,
  CONSTRAINT triage_rules_scope CHECK ((scope = 'segment') = (segment <> '') AND (scope = 'customer') = (customer_id IS NOT NULL))
);
CREATE UNIQUE INDEX triage_rules_version ON triage_rules (scope, segment, coalesce(customer_id, '00000000-0000-0000-0000-000000000000'), version);
CREATE TRIGGER triage_rules_immutable BEFORE DELETE OR UPDATE ON triage_rules
  FOR EACH ROW EXECUTE FUNCTION refuse_change('triage_rules_immutable');

-- Spellings that a correction taught: what stood in a list, and what it meant. The normal form is the key.
CREATE TABLE aliases (
  kind        text NOT NULL CHECK (kind IN ('customer','reason')),
  spelling    text NOT NULL,                     -- in normal form
  customer_id uuid REFERENCES customers,
  reason      text REFERENCES reason_codes,
  learned_by  text NOT NULL,
  learned_at  timestamptz NOT NULL,
  uses        bigint NOT NULL DEFAULT 1,         -- how often it was taught
  PRIMARY KEY (kind, spelling),
  CONSTRAINT aliases_meaning CHECK ((kind = 'customer') = (customer_id IS NOT NULL) AND (kind = 'reason') = (reason IS NOT NULL))
);

-- How much a role may decide alone, by currency and kind of decision; nothing is allowed where no row is.
CREATE TABLE approval_limits (
  role         text NOT NULL,
  currency     char(3) NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('valid','invalid','concession','give_up')),
  amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
  version      bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (role, currency, kind)
);

-- What one unit of the base currency is worth in the quote currency from a day on, as exact decimals. A correction takes a
-- rate's place and is in the audit record; whatever used a rate keeps the one that it used.
CREATE TABLE exchange_rates (
  base       char(3) NOT NULL,
  quote      char(3) NOT NULL,
  valid_on   date NOT NULL,
  rate       text NOT NULL CHECK (rate ~ '^[0-9]{1,15}(\.[0-9]{1,24})?$' AND rate ~ '[1-9]'),
  source     text NOT NULL CHECK (length(source) BETWEEN 1 AND 60),
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (base, quote, valid_on),
  CONSTRAINT exchange_rates_pair CHECK (base <> quote)
);
CREATE INDEX exchange_rates_day ON exchange_rates (valid_on, base, quote);

CREATE SEQUENCE dispute_numbers;
CREATE TABLE disputes (
  id               uuid PRIMARY KEY,
  number           bigint NOT NULL UNIQUE DEFAULT nextval('dispute_numbers'),
  kind             text NOT NULL CHECK (kind IN ('deduction','dispute')),
  customer_id      uuid NOT NULL REFERENCES customers,
  currency         char(3) NOT NULL,
  state            text NOT NULL CHECK (state IN ('opened','investigating','awaiting_customer','awaiting_approval','approval_refused',
    'awaiting_credit_memo','contested','refused_by_customer','awaiting_repayment','closed','void')),
  outcome          text NOT NULL DEFAULT '' CHECK (outcome IN ('','valid','invalid','partially_valid','settled','earned_discount','tolerated','withdrawn')),
  customer_reason  text NOT NULL DEFAULT '' CHECK (length(customer_reason) <= 100),
  customer_words   text NOT NULL DEFAULT '' CHECK (length(customer_words) <= 4000),
  claim_reference  text NOT NULL DEFAULT '' CHECK (length(claim_reference) <= 100),
  source           text NOT NULL,
  taken_on         date NOT NULL,
  receipt_id       uuid REFERENCES receipts,
  reason           text REFERENCES reason_codes,   -- null: unknown
  trade            boolean NOT NULL DEFAULT false,
  team             text NOT NULL DEFAULT '',
  owner            text NOT NULL DEFAULT '',
  priority         integer NOT NULL DEFAULT 5 CHECK (priority BETWEEN 1 AND 9),
  rules_id         uuid REFERENCES triage_rules,
  round            integer NOT NULL DEFAULT 0 CHECK (round >= 0),
  portal_reference text NOT NULL DEFAULT '',
  payable_by       date,
  paid_in_protest  boolean NOT NULL DEFAULT false,
  decided_by       text NOT NULL DEFAULT '',
  decided_at       timestamptz,
  split_from       uuid REFERENCES disputes,
  claimed_whole    bigint NOT NULL CHECK (claimed_whole > 0),
  -- sums of the parts, kept with them: what lists and worklists order by
  claimed_minor    bigint NOT NULL CHECK (claimed_minor >= 0),
  pending_minor    bigint NOT NULL CHECK (pending_minor >= 0),
  denied_minor     bigint NOT NULL CHECK (denied_minor >= 0),
  -- money at risk times chance of recovery, as dispute.Rank weighs it
  risk             bigint NOT NULL GENERATED ALWAYS AS (least(trunc(
    (CASE WHEN state = 'awaiting_credit_memo' THEN denied_minor ELSE pending_minor + denied_minor END)::numeric
    * (CASE WHEN reason IS NULL THEN 50 WHEN trade THEN 30 ELSE 70 END) / 100), 2305843009213693951)::bigint) STORED,
  deadline_on      date,                             -- the earliest deadline that stands
  wake_at          timestamptz,                      -- business instant; every live case has one, and one that a deadline outlives
  attention_code   text NOT NULL DEFAULT '',
  opened_by        text NOT NULL,
  opened_at        timestamptz NOT NULL,
  closed_at        timestamptz,
  version          bigint NOT NULL DEFAULT 1,
  CONSTRAINT disputes_next_date CHECK (state IN ('closed','void') AND deadline_on IS NULL OR wake_at IS NOT NULL),
  CONSTRAINT disputes_closed CHECK (state <> 'closed' OR pending_minor = 0 AND denied_minor = 0),
  CONSTRAINT disputes_ended CHECK ((state IN ('closed','void')) = (closed_at IS NOT NULL)),
  CONSTRAINT disputes_sums CHECK (pending_minor + denied_minor <= claimed_minor)
);
CREATE INDEX disputes_customer ON disputes (customer_id, id);
CREATE INDEX disputes_live ON disputes (state, id) WHERE state NOT IN ('closed','void');
CREATE INDEX disputes_void ON disputes (id) WHERE state = 'void';
CREATE INDEX disputes_amount ON disputes (claimed_minor);
CREATE INDEX disputes_taken ON disputes (taken_on);
CREATE INDEX disputes_wake ON disputes (wake_at) WHERE state NOT IN ('closed','void') OR deadline_on IS NOT NULL;
CREATE INDEX disputes_deadline ON disputes (deadline_on, id) WHERE deadline_on IS NOT NULL;
-- The worklist: by class of the deadline, then by what is at risk, then by age. It holds what is filtered by, so that the rows
-- themselves need not be read.
CREATE INDEX disputes_worklist ON disputes (risk DESC, taken_on, id)
  INCLUDE (deadline_on, owner, team, reason, customer_id, kind, state, currency, claimed_minor) WHERE state NOT IN ('closed','void');
CREATE INDEX disputes_owner ON disputes (owner, deadline_on, id) WHERE state NOT IN ('closed','void');
CREATE INDEX disputes_team ON disputes (team, deadline_on, id) WHERE state NOT IN ('closed','void');
CREATE INDEX disputes_reason ON disputes (reason, id);
-- References are compared by their letters and digits.
CREATE INDEX disputes_reference ON disputes (lower(regexp_replace(claim_reference, '[^[:alnum:]]+', '', 'g')), customer_id) WHERE claim_reference <> '';
-- What ANALYZE learns of the expression of a partial index is not used for it: without statistics of its own a reference counts as
-- one of 200, and a list in the order of ids reads all claims.
CREATE STATISTICS disputes_reference_of ON (lower(regexp_replace(claim_reference, '[^[:alnum:]]+', '', 'g'))) FROM disputes;
CREATE INDEX disputes_receipt ON disputes (receipt_id) WHERE receipt_id IS NOT NULL;
CREATE INDEX disputes_split ON disputes (split_from) WHERE split_from IS NOT NULL;

-- The law of the claim is this CHECK (MONEY.md).
CREATE TABLE dispute_parts (
  id                uuid PRIMARY KEY,
  dispute_id        uuid NOT NULL REFERENCES disputes,
  seq               integer NOT NULL,
  invoice_id        uuid REFERENCES invoices,
  item_id           uuid REFERENCES items,
  flag_id           uuid REFERENCES dispute_flags,
  claimed_minor     bigint NOT NULL CHECK (claimed_minor >= 0),
  undecided_minor   bigint NOT NULL CHECK (undecided_minor >= 0),
  credit_due_minor  bigint NOT NULL DEFAULT 0 CHECK (credit_due_minor >= 0),
  credited_minor    bigint NOT NULL DEFAULT 0 CHECK (credited_minor >= 0),
  written_off_minor bigint NOT NULL DEFAULT 0 CHECK (written_off_minor >= 0),
  repaid_minor      bigint NOT NULL DEFAULT 0 CHECK (repaid_minor >= 0),
  denied_minor      bigint NOT NULL DEFAULT 0 CHECK (denied_minor >= 0),
  withdrawn_minor   bigint NOT NULL DEFAULT 0 CHECK (withdrawn_minor >= 0),
  CONSTRAINT dispute_parts_seq UNIQUE (dispute_id, seq),
  CONSTRAINT dispute_parts_law CHECK (claimed_minor = undecided_minor + credit_due_minor + credited_minor + written_off_minor + repaid_minor
    + denied_minor + withdrawn_minor)
);
CREATE INDEX dispute_parts_item ON dispute_parts (item_id) WHERE item_id IS NOT NULL;
CREATE INDEX dispute_parts_invoice ON dispute_parts (invoice_id) WHERE invoice_id IS NOT NULL;

-- What moved from one item to another: a short payment becomes a deduction. Undone with the receipt that caused it.
CREATE TABLE moves (
  id           uuid PRIMARY KEY,
  from_item    uuid NOT NULL REFERENCES items,
  to_item      uuid NOT NULL REFERENCES items,
  receipt_id   uuid REFERENCES receipts,
  dispute_id   uuid NOT NULL REFERENCES disputes,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  moved_at     timestamptz NOT NULL,
  reversed_at  timestamptz
);
CREATE INDEX moves_from ON moves (from_item);
CREATE INDEX moves_to ON moves (to_item);
CREATE INDEX moves_receipt ON moves (receipt_id) WHERE receipt_id IS NOT NULL;
CREATE INDEX moves_dispute ON moves (dispute_id);
CREATE TRIGGER moves_immutable BEFORE DELETE OR UPDATE OF id, from_item, to_item, receipt_id, dispute_id, amount_minor, moved_at ON moves
  FOR EACH ROW EXECUTE FUNCTION refuse_change('moves_immutable');

-- Cases that belong together: suspected duplicates, parts of one claim, decided together.
CREATE TABLE dispute_links (
  dispute_id uuid NOT NULL REFERENCES disputes,
  other_id   uuid NOT NULL REFERENCES disputes,
  kind       text NOT NULL CHECK (kind IN ('duplicate','split','merged')),
  state      text NOT NULL DEFAULT 'suspected' CHECK (state IN ('suspected','confirmed','dismissed')),
  why        text NOT NULL DEFAULT '',
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (dispute_id, other_id, kind),
  CHECK (dispute_id <> other_id)
);
CREATE INDEX dispute_links_other ON dispute_links (other_id);

-- The evidence that a case needs, and where it stands.
CREATE TABLE dispute_evidence (
  id           uuid PRIMARY KEY,
  dispute_id   uuid NOT NULL REFERENCES disputes,
  document_kind text NOT NULL,
  mandatory    boolean NOT NULL,
  team         text NOT NULL DEFAULT '',
  state        text NOT NULL CHECK (state IN ('needed','requested','received','waived','not_found')),
  document_id  uuid REFERENCES documents,
  task_id      uuid REFERENCES tasks,
  due_on       date,
  note         text NOT NULL DEFAULT '',
  requested_by text NOT NULL DEFAULT '',
  version      bigint NOT NULL DEFAULT 1
);
CREATE INDEX dispute_evidence_case ON dispute_evidence (dispute_id, id);

-- Each deadline stands until it is met or lapses; a lapse is a task for someone higher.
CREATE TABLE dispute_deadlines (
  id          uuid PRIMARY KEY,
  dispute_id  uuid NOT NULL REFERENCES disputes,
  kind        text NOT NULL CHECK (kind IN ('triage','contest_window','carrier_claim','evidence','decision','approval','credit_memo','customer_reply','next_round','repayment','limitation')),
  due_on      date NOT NULL,
  warn_on     date,
  warned_at   timestamptz,
  state       text NOT NULL CHECK (state IN ('open','met','lapsed','cancelled')),
  settled_at  timestamptz,
  raised      integer NOT NULL DEFAULT 0,
  evidence_id uuid REFERENCES dispute_evidence
);
CREATE INDEX dispute_deadlines_case ON dispute_deadlines (dispute_id, due_on) WHERE state = 'open';
CREATE UNIQUE INDEX dispute_deadlines_one ON dispute_deadlines (dispute_id, kind) WHERE state = 'open' AND evidence_id IS NULL;

-- Every decision, also the proposed and refused ones; none changes but by its own state.
CREATE TABLE dispute_decisions (
  id               uuid PRIMARY KEY,
  dispute_id       uuid NOT NULL REFERENCES disputes,
  seq              integer NOT NULL,
  kind             text NOT NULL CHECK (kind IN ('valid','invalid','partially_valid','settlement','give_up','earned_discount','tolerance')),
  valid_minor      bigint NOT NULL DEFAULT 0 CHECK (valid_minor >= 0),
  denied_minor     bigint NOT NULL DEFAULT 0 CHECK (denied_minor >= 0),
  conceded_minor   bigint NOT NULL DEFAULT 0 CHECK (conceded_minor >= 0),
  reason           text NOT NULL,
  comment          text NOT NULL DEFAULT '',
  evidence         uuid[] NOT NULL DEFAULT '{}',     -- documents cited
  parts            jsonb NOT NULL DEFAULT '[]',      -- amounts by part
  state            text NOT NULL CHECK (state IN ('proposed','in_force','refused','retracted','superseded')),
  content_hash     bytea NOT NULL,
  approval_id      uuid REFERENCES approvals,
  payable_by       date,
  decided_by       text NOT NULL,
  decided_at       timestamptz NOT NULL,
  approved_by      text NOT NULL DEFAULT '',
  limit_check      jsonb,                            -- what the decider's limit was held against, with the rates; null: a rule decided
  CONSTRAINT dispute_decisions_seq UNIQUE (dispute_id, seq)
);
CREATE TRIGGER dispute_decisions_immutable BEFORE DELETE OR UPDATE OF id, dispute_id, seq, kind, valid_minor, denied_minor, conceded_minor, reason, comment,
  evidence, parts, content_hash, payable_by, decided_by, decided_at, limit_check ON dispute_decisions
  FOR EACH ROW EXECUTE FUNCTION refuse_change('dispute_decisions_immutable');

-- The rounds of the contest with the customer.
CREATE TABLE dispute_rounds (
  dispute_id       uuid NOT NULL REFERENCES disputes,
  round            integer NOT NULL CHECK (round > 0),
  channel          text NOT NULL CHECK (channel IN ('notice','portal','email','letter')),
  portal_reference text NOT NULL DEFAULT '',
  submitted_by     text NOT NULL,
  submitted_at     timestamptz NOT NULL,
  reply_by         date,
  answer           text NOT NULL DEFAULT '' CHECK (answer IN ('','accepted','refused','no_answer')),
  answer_note      text NOT NULL DEFAULT '',
  answered_at      timestamptz,
  answered_by      text NOT NULL DEFAULT '',
  buyer_involved   boolean NOT NULL DEFAULT false,
  PRIMARY KEY (dispute_id, round)
);

-- What was written to the customer about a case: the text is composed when it is dispatched.
CREATE TABLE dispute_messages (
  id          uuid PRIMARY KEY,
  dispute_id  uuid NOT NULL REFERENCES disputes,
  kind        text NOT NULL CHECK (kind IN ('acknowledgement','delay','credit','denial','settlement')),
  dedupe      text NOT NULL,
  state       text NOT NULL CHECK (state IN ('due','sending','sent','refused','withdrawn')),
  address     text NOT NULL DEFAULT '',
  message_id  text NOT NULL DEFAULT '',
  body        bytea,
  attempts    integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  created_at  timestamptz NOT NULL,
  sent_at     timestamptz,
  reason      text NOT NULL DEFAULT '',
  CONSTRAINT dispute_messages_once UNIQUE (dispute_id, dedupe)
);
CREATE INDEX dispute_messages_due ON dispute_messages (dispute_id) WHERE state IN ('due','sending');

-- A credit memo may be for a claim; dispute_minor of it credits parts that are on no item, and stays open for the customer's use.
ALTER TABLE credit_memos ADD COLUMN IF NOT EXISTS dispute_id uuid REFERENCES disputes;
ALTER TABLE credit_memos ADD COLUMN IF NOT EXISTS dispute_minor bigint NOT NULL DEFAULT 0 CHECK (dispute_minor >= 0);

-- A flag may belong to a claim without an invoice.
ALTER TABLE dispute_flags ALTER COLUMN invoice_id DROP NOT NULL;

-- Documents may belong to a case, and their contents are files beside the database, by their sums (docs/adr/0011). A row with its
-- content in it is from before. The name of a file stands in file_name and none in filename: code of v0.1.0, which would attach
-- an empty file, cannot read such a row and stops.
ALTER TABLE documents ADD COLUMN IF NOT EXISTS dispute_id uuid;
ALTER TABLE documents ADD COLUMN IF NOT EXISTS file_name text;
ALTER TABLE documents ALTER COLUMN content DROP NOT NULL;
ALTER TABLE documents ALTER COLUMN filename DROP NOT NULL;
ALTER TABLE documents DROP CONSTRAINT IF EXISTS documents_size_check;
ALTER TABLE documents ADD CONSTRAINT documents_size_check CHECK (size BETWEEN 1 AND CASE WHEN content IS NULL THEN 1073741824 ELSE 10485760 END);
ALTER TABLE documents ADD CONSTRAINT documents_place
  CHECK ((content IS NULL) = (filename IS NULL) AND (content IS NULL) = (file_name IS NOT NULL));

-- What is known of the files. An upload notes its file here before it gives it its place; the sweep deletes a file under the lock
-- of its note. So a file that is being stored is never swept away.
CREATE TABLE document_files (
  sha256      bytea PRIMARY KEY CHECK (octet_length(sha256) = 32),
  size        bigint NOT NULL CHECK (size BETWEEN 1 AND 1073741824),
  kept        boolean NOT NULL DEFAULT false,          -- a document names it: it stays
  touched_at  timestamptz NOT NULL DEFAULT clock_timestamp() -- real time of the last upload
);
CREATE INDEX document_files_stale ON document_files (touched_at) WHERE NOT kept;
CREATE INDEX IF NOT EXISTS documents_dispute ON documents (dispute_id, id) WHERE dispute_id IS NOT NULL;

ALTER TABLE approvals DROP CONSTRAINT approvals_subject_kind_check;
ALTER TABLE approvals ADD CONSTRAINT approvals_subject_kind_check CHECK (subject_kind IN ('notice','step','dispute_decision'));

ALTER TABLE api_keys DROP CONSTRAINT api_keys_role_check;
ALTER TABLE api_keys ADD CONSTRAINT api_keys_role_check CHECK (role IN ('collector','analyst','supervisor','auditor','admin'));

ALTER TABLE tasks ADD COLUMN IF NOT EXISTS dispute_id uuid;
CREATE INDEX IF NOT EXISTS tasks_dispute ON tasks (dispute_id) WHERE dispute_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS tasks_claim ON tasks (item_id) WHERE invoice_id IS NULL AND item_id IS NOT NULL;

ALTER TABLE nudges DROP CONSTRAINT nudges_kind_check;
ALTER TABLE nudges ADD CONSTRAINT nudges_kind_check CHECK (kind IN ('invoice','deduction','notice','nightly','dispute'));

-- Loads of customers' lists of claims stand among the loads of invoices, with the same quarantine.
ALTER TABLE imports DROP CONSTRAINT imports_mode_check;
ALTER TABLE imports ADD CONSTRAINT imports_mode_check CHECK (mode IN ('delta','snapshot','claims'));

-- +goose Down
-- Nothing goes back: a backup does.
SELECT 1;

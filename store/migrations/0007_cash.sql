-- +goose Up
-- Cash application: what banks and payers tell, and what became of it.

-- Accounts of ours that files tell about. One that nobody confirmed pays nothing by itself.
CREATE TABLE bank_accounts (
  id           uuid PRIMARY KEY,
  key          text NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 80), -- remittance.Account.Key
  iban         text NOT NULL DEFAULT '',
  number       text NOT NULL DEFAULT '',
  bank         text NOT NULL DEFAULT '',
  name         text NOT NULL DEFAULT '' CHECK (length(name) <= 140),
  currency     char(3),                         -- null: not told
  state        text NOT NULL CHECK (state IN ('new','confirmed')),
  proven_on    date,                            -- day of the newest closing balance that was proven
  proven_minor bigint,                          -- that balance
  confirmed_by text NOT NULL DEFAULT '',
  confirmed_at timestamptz,
  created_at   timestamptz NOT NULL,
  version      bigint NOT NULL DEFAULT 1,
  CONSTRAINT bank_accounts_confirmed CHECK ((state = 'confirmed') = (confirmed_at IS NOT NULL))
);

-- A file as it came, once: its bytes are kept among the documents' files under their digest.
CREATE TABLE bank_files (
  id           uuid PRIMARY KEY,
  sha256       bytea NOT NULL UNIQUE CHECK (octet_length(sha256) = 32),
  size         bigint NOT NULL CHECK (size > 0),
  filename     text NOT NULL CHECK (length(filename) <= 255),
  format       text NOT NULL DEFAULT '',        -- as found
  profile      text NOT NULL DEFAULT '',        -- of a CSV, its text
  source       text NOT NULL CHECK (source IN ('api','cli','folder')),
  state        text NOT NULL CHECK (state IN ('received','loading','done','refused')),
  position     bigint NOT NULL DEFAULT 0 CHECK (position >= 0),  -- elements of the file that are committed
  refused_code text NOT NULL DEFAULT '',
  refused_line bigint NOT NULL DEFAULT 0,
  refused_text text NOT NULL DEFAULT '',
  counts       jsonb NOT NULL DEFAULT '{}',     -- what became of its elements so far
  wake_at      timestamptz,                     -- business instant; every file that is not done has one
  created_by   text NOT NULL,
  created_at   timestamptz NOT NULL,
  finished_at  timestamptz,
  version      bigint NOT NULL DEFAULT 1,
  CONSTRAINT bank_files_ended CHECK ((state IN ('done','refused')) = (finished_at IS NOT NULL)),
  CONSTRAINT bank_files_refused CHECK ((state = 'refused') = (refused_code <> '')),
  CONSTRAINT bank_files_next_date CHECK (state IN ('done','refused') OR wake_at IS NOT NULL)
);
CREATE INDEX bank_files_live ON bank_files (wake_at) WHERE state NOT IN ('done','refused');

-- What a file says of one account and period.
CREATE TABLE bank_statements (
  id            uuid PRIMARY KEY,
  file_id       uuid NOT NULL REFERENCES bank_files,
  seq           integer NOT NULL CHECK (seq > 0),         -- within the file
  account_id    uuid REFERENCES bank_accounts,            -- null: the file names none
  format        text NOT NULL,
  bank_id       text NOT NULL DEFAULT '',                 -- the bank's own name of it
  sequence      text NOT NULL DEFAULT '',
  page          text NOT NULL DEFAULT '',
  kind          text NOT NULL CHECK (kind IN ('end_of_day','intraday','notification')),
  status        text NOT NULL CHECK (status IN ('update','correction','deletion','test','copy')),
  currency      char(3),
  from_on       date,
  to_on         date,
  opening_minor bigint,
  opening_on    date,
  closing_minor bigint,
  closing_on    date,
  credits       bigint NOT NULL DEFAULT 0 CHECK (credits >= 0),      -- booked entries
  credit_minor  bigint NOT NULL DEFAULT 0 CHECK (credit_minor >= 0),
  debits        bigint NOT NULL DEFAULT 0 CHECK (debits >= 0),
  debit_minor   bigint NOT NULL DEFAULT 0 CHECK (debit_minor >= 0),
  uncounted     bigint NOT NULL DEFAULT 0 CHECK (uncounted >= 0),    -- announced or informative entries
  -- proven: its totals hold; unproven: it states none; alarm: they contradict each other; overridden: somebody looked
  proof         text NOT NULL CHECK (proof IN ('proven','unproven','alarm','overridden')),
  replaced_by   uuid REFERENCES bank_statements,          -- a correction or deletion came
  overridden_by text NOT NULL DEFAULT '',
  overridden_at timestamptz,
  reason        text NOT NULL DEFAULT '' CHECK (length(reason) <= 1000),
  version       bigint NOT NULL DEFAULT 1,
  CONSTRAINT bank_statements_seq UNIQUE (file_id, seq),
  CONSTRAINT bank_statements_overridden CHECK ((proof = 'overridden') = (overridden_at IS NOT NULL))
);
CREATE INDEX bank_statements_account ON bank_statements (account_id, to_on, id);
CREATE INDEX bank_statements_alarm ON bank_statements (id) WHERE proof = 'alarm';

-- What is wrong or odd about a file.
CREATE TABLE bank_problems (
  file_id      uuid NOT NULL REFERENCES bank_files,
  seq          integer NOT NULL CHECK (seq > 0),
  statement_id uuid REFERENCES bank_statements,
  severity     text NOT NULL CHECK (severity IN ('refused','alarm','warning')),
  line         bigint NOT NULL,
  field        text NOT NULL,
  code         text NOT NULL,
  message      text NOT NULL,
  PRIMARY KEY (file_id, seq)
);

-- One payment on an account, however many files tell of it: final is a statement at the day's end, early anything before.
CREATE TABLE bank_entries (
  id           uuid PRIMARY KEY,
  account_id   uuid NOT NULL REFERENCES bank_accounts,
  key          text COLLATE "C" NOT NULL CHECK (length(key) BETWEEN 1 AND 200), -- what two tellings of it have in common
  part         integer NOT NULL CHECK (part >= 0),                  -- of a collected entry, 0 when it is one payment
  credit       boolean NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency     char(3) NOT NULL,
  booked_on    date NOT NULL,
  value_on     date NOT NULL,
  code         text NOT NULL DEFAULT '',
  payer        text NOT NULL DEFAULT '',
  payer_account text NOT NULL DEFAULT '',
  reference    text NOT NULL DEFAULT '',
  end_to_end   text NOT NULL DEFAULT '',
  words        text NOT NULL DEFAULT '',
  told         json NOT NULL,                   -- the payment as it was read, for matching it again
  early_by     uuid REFERENCES bank_statements,
  final_by     uuid REFERENCES bank_statements,
  gone_by      uuid REFERENCES bank_statements, -- the correction or deletion that no longer has it
  receipt_id   uuid REFERENCES receipts,
  outcome      text NOT NULL DEFAULT '' CHECK (outcome IN ('','applied','proposed','unidentified','held','debit','returned','return_open','reversal')),
  created_at   timestamptz NOT NULL,
  CONSTRAINT bank_entries_key UNIQUE (account_id, key, part),
  CONSTRAINT bank_entries_told CHECK (early_by IS NOT NULL OR final_by IS NOT NULL)
);
CREATE INDEX bank_entries_twin ON bank_entries (account_id, value_on, amount_minor) WHERE early_by IS NULL OR final_by IS NULL;
CREATE INDEX bank_entries_day ON bank_entries (account_id, booked_on);
CREATE INDEX bank_entries_early ON bank_entries (early_by) WHERE early_by IS NOT NULL;
CREATE INDEX bank_entries_final ON bank_entries (final_by) WHERE final_by IS NOT NULL;
CREATE INDEX bank_entries_receipt ON bank_entries (receipt_id) WHERE receipt_id IS NOT NULL;
CREATE INDEX bank_entries_end_to_end ON bank_entries (end_to_end) WHERE end_to_end <> '' AND credit;
CREATE INDEX bank_entries_reference ON bank_entries (reference) WHERE reference <> '' AND credit;

ALTER TABLE nudges DROP CONSTRAINT nudges_kind_check;
ALTER TABLE nudges ADD CONSTRAINT nudges_kind_check CHECK (kind IN ('invoice','deduction','notice','nightly','dispute','bank-file'));

-- Keys of clerks, who apply cash.
ALTER TABLE api_keys DROP CONSTRAINT api_keys_role_check;
ALTER TABLE api_keys ADD CONSTRAINT api_keys_role_check CHECK (role IN ('collector','clerk','analyst','supervisor','auditor','admin'));

-- Matching and applying.

-- +goose Down
-- Nothing goes back: a backup does.
SELECT 1;

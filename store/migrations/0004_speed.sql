-- +goose Up
-- Indices by which a list finds its page among a million invoices. Each is made only where it is not there yet, so that on a
-- database that is written to all the time they can be made beforehand, CONCURRENTLY. What imports and reminders write most
-- gets few and partial ones.

-- Open items in the order of the lists of invoices; by level only where the ladder has begun.
CREATE INDEX IF NOT EXISTS items_open_invoice ON items (invoice_id, due_date) WHERE open_minor > 0;
CREATE INDEX IF NOT EXISTS items_open_level ON items (level, invoice_id) WHERE open_minor > 0 AND level > 0;
CREATE INDEX IF NOT EXISTS invoices_void ON invoices (id) WHERE state = 'void';
CREATE INDEX IF NOT EXISTS cases_policy ON cases (policy_version_id);
CREATE INDEX IF NOT EXISTS audit_entries_recorded ON audit_entries (recorded_at);
CREATE INDEX IF NOT EXISTS audit_entries_of_customer ON audit_entries (customer_id, recorded_at) WHERE invoice_id IS NULL;

CREATE INDEX IF NOT EXISTS customers_number ON customers (number, id);
CREATE INDEX IF NOT EXISTS customers_collector ON customers (collector, number, id) WHERE collector <> '';

CREATE INDEX IF NOT EXISTS notices_state_id ON notices (state, id);
CREATE INDEX IF NOT EXISTS notices_channel ON notices (channel, id) WHERE channel <> 'email';

CREATE INDEX IF NOT EXISTS approvals_due ON approvals (due_at, id);
CREATE INDEX IF NOT EXISTS approvals_state ON approvals (state, due_at, id) WHERE state <> 'open';
CREATE INDEX IF NOT EXISTS approvals_customer ON approvals (customer_id, due_at, id);
CREATE INDEX IF NOT EXISTS approvals_case ON approvals (case_id) WHERE case_id IS NOT NULL;

CREATE INDEX IF NOT EXISTS tasks_due ON tasks (due_on, id);
CREATE INDEX IF NOT EXISTS tasks_cancelled ON tasks (due_on, id) WHERE state = 'cancelled';
CREATE INDEX IF NOT EXISTS tasks_kind ON tasks (kind, due_on, id);
CREATE INDEX IF NOT EXISTS tasks_customer ON tasks (customer_id, due_on, id);
CREATE INDEX IF NOT EXISTS tasks_assignee ON tasks (assignee, due_on, id) WHERE assignee <> '';

CREATE INDEX IF NOT EXISTS receipts_customer ON receipts (customer_id, id);
CREATE INDEX IF NOT EXISTS receipts_reversed ON receipts (id) WHERE state = 'reversed';
CREATE INDEX IF NOT EXISTS receipts_rest ON receipts (id) WHERE on_account_minor + unapplied_minor > 0;
CREATE INDEX IF NOT EXISTS credit_memos_customer ON credit_memos (customer_id, id);
CREATE INDEX IF NOT EXISTS credit_memos_invoice ON credit_memos (invoice_id) WHERE invoice_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS credit_memos_rest ON credit_memos (id) WHERE open_minor > 0;

CREATE INDEX IF NOT EXISTS promises_state ON promises (state, id);
CREATE INDEX IF NOT EXISTS promises_customer ON promises (customer_id, id);
CREATE INDEX IF NOT EXISTS blocks_customer_all ON blocks (customer_id, id);
CREATE INDEX IF NOT EXISTS blocks_invoice ON blocks (invoice_id) WHERE invoice_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS dispute_flags_customer ON dispute_flags (customer_id, id);
CREATE INDEX IF NOT EXISTS dispute_flags_invoice ON dispute_flags (invoice_id);
CREATE INDEX IF NOT EXISTS notes_invoice ON notes (invoice_id) WHERE invoice_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS documents_customer ON documents (customer_id, id);
CREATE INDEX IF NOT EXISTS webhook_deliveries_type ON webhook_deliveries (event_type, id);

-- What these were for is served by those above.
DROP INDEX IF EXISTS items_open_due;
DROP INDEX IF EXISTS notices_state;

-- +goose Down
-- Nothing goes back: a backup does.
SELECT 1;

-- A portfolio of many invoices in the states that a house of two years has: most settled, a sixth not yet due, the rest
-- somewhere on their ladders. One step after another; each begins with a line of its name. The number of invoices is
-- current_setting('bench.invoices').

-- step: prepare
CREATE FUNCTION pg_temp.mk(kind int, n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS
$$ SELECT (lpad(to_hex(1700000000000 + n * 60000), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8000' || lpad(to_hex(n), 12, '0'))::uuid $$;
CREATE FUNCTION pg_temp.today() RETURNS date STABLE LANGUAGE sql AS $$ SELECT current_date $$;
CREATE TEMP TABLE want AS SELECT
  current_setting('bench.invoices')::bigint AS n,
  greatest(20, current_setting('bench.invoices')::bigint / 20) AS customers,
  (SELECT id FROM policy_versions ORDER BY created_at DESC LIMIT 1) AS policy;
CREATE TEMP TABLE inv AS SELECT
  i,
  pg_temp.mk(1, i) AS id,
  pg_temp.mk(2, i) AS item,
  pg_temp.mk(3, 1 + i * 7919 % customers) AS customer,
  1 + i * 7919 % customers AS customer_no,
  due,
  1000 + i * 7919 % 900000 AS amount,
  i % 500 = 0 AS void,
  i % 500 <> 0 AND (due > pg_temp.today() OR (due > pg_temp.today() - 120 AND i % 10 < 3) OR i % 100 < 5) AS open,
  (timestamptz 'epoch' + (1700000000 + i * 60) * interval '1 second') AS at
FROM want, LATERAL (SELECT i, pg_temp.today() - 500 + (i * 600 / n)::int AS due FROM generate_series(1, n) i) x;
ALTER TABLE inv ADD level int;
UPDATE inv SET level = CASE
  WHEN void OR (NOT open AND i % 3 > 0) THEN 0
  WHEN NOT open THEN 1
  WHEN due < pg_temp.today() - 30 THEN 3
  WHEN due < pg_temp.today() - 15 THEN 2
  WHEN due < pg_temp.today() - 5 THEN 1
  ELSE 0 END;
CREATE INDEX ON inv (i);
ANALYZE inv;

-- step: customers
INSERT INTO customers (id, source, number, name, segment, currency, language, time_zone, country, collector, recipient_changed_by, created_at)
SELECT pg_temp.mk(3, c), 'erp', 'C' || lpad(c::text, 7, '0'),
  (ARRAY['Nord','Süd','Ost','West','Alpen','Hafen','Berg','See'])[1 + c % 8] || ' ' ||
  (ARRAY['Handel','Foods','Markets','Logistik','Trading','Retail'])[1 + c % 6] || ' ' || c,
  (ARRAY['retail','wholesale','food_service','export'])[1 + c % 4], 'EUR', 'en', 'UTC', 'DE', 'collector-' || c % 12, 'import',
  timestamptz '2024-01-02' + c * interval '1 minute'
FROM want, generate_series(1, customers) c;
INSERT INTO contacts (id, customer_id, role, name, email, phone, address)
SELECT pg_temp.mk(4, c * 2 + r), pg_temp.mk(3, c), (ARRAY['billing','dunning'])[1 + r], 'Accounts payable', 'accounts' || r || '@c' || c || '.example',
  '+49 40 000' || c, '1 Main Street'
FROM want, generate_series(1, customers) c, generate_series(0, 1) r;

-- step: imports
INSERT INTO imports (id, profile, source, filename, mode, state, rows_read, accepted, created_by, created_at, finished_at)
SELECT pg_temp.mk(5, k), 'arrears', 'erp', 'load-' || k || '.csv', 'delta', 'done', n / 500, n / 500, 'operator',
  timestamptz '2024-01-02' + k * interval '1 day', timestamptz '2024-01-02' + k * interval '1 day'
FROM want, generate_series(1, 500) k;
INSERT INTO quarantine (id, import_id, line, field, code, message, raw, severity, state, fingerprint)
SELECT pg_temp.mk(6, q), pg_temp.mk(5, 1 + q % 500), q, 'amount', 'invoice.amount', 'the amount cannot be read', '{"amount":"x"}',
  CASE WHEN q % 5 = 0 THEN 'suspicious' ELSE 'refused' END, (ARRAY['open','corrected','discarded'])[1 + q % 3], sha256(q::text::bytea)
FROM want, generate_series(1, n / 100) q;

-- step: invoices
INSERT INTO invoices (id, source, number, customer_id, invoice_date, currency, amount_minor, purchase_order, state, amounts_changed_by, import_id, created_at)
SELECT id, 'erp', 'INV' || lpad(i::text, 8, '0'), customer, due - 30, 'EUR', amount, 'PO-' || i, CASE WHEN void THEN 'void' ELSE 'valid' END,
  'operator', pg_temp.mk(5, 1 + i % 500), at
FROM inv ORDER BY i;

-- step: items
INSERT INTO items (id, invoice_id, customer_id, kind, due_date, aging_date, time_zone, currency, original_minor, paid_minor, written_off_minor, open_minor,
  disputed_minor, level, last_stage_done, last_stage_on, last_notice_on)
SELECT item, id, customer, 'instalment', due, due, 'UTC', 'EUR', amount,
  CASE WHEN open OR void THEN 0 ELSE amount END, CASE WHEN void THEN amount ELSE 0 END, CASE WHEN open THEN amount ELSE 0 END,
  CASE WHEN open AND i % 90 = 2 THEN amount / 2 ELSE 0 END, level,
  (ARRAY['','reminder-1','reminder-2','final-demand'])[1 + level],
  CASE WHEN level > 0 THEN due + 5 * level END, CASE WHEN level > 0 THEN due + 5 * level END
FROM inv ORDER BY i;

-- step: cases
INSERT INTO cases (id, kind, customer_id, policy_version_id, state, next_action, wake_at, decisions, attention_code, customer_wide)
SELECT id, 'invoice', customer, policy,
  CASE WHEN NOT open THEN 'closed' WHEN i % 1000 = 1 THEN 'needs_attention' ELSE 'active' END,
  CASE WHEN NOT open THEN '' WHEN level = 2 AND i % 4 = 0 THEN 'AskApproval' ELSE 'SendNotice' END,
  CASE WHEN open THEN greatest(due + 5, pg_temp.today() + 1 + (i % 14)::int)::timestamptz END,
  1 + level, CASE WHEN open AND i % 1000 = 1 THEN 'notice.too_slow' ELSE '' END, true
FROM inv, want WHERE NOT void ORDER BY i;

-- step: notices
CREATE TEMP TABLE line AS
SELECT i * 4 + k AS no, i, k AS level, inv.id AS invoice, item, customer, amount, due, due + 5 * k AS sent_on,
  dense_rank() OVER (ORDER BY (due - date '2020-01-01') / 7, customer_no, k) AS notice
FROM inv, generate_series(1, level) k;
INSERT INTO notices (id, customer_id, currency, channel, kind, state, language, time_zone, opens_at, seal_after, window_from, window_to, calendar,
  recipient, template, subject, content_hash, message_id, asked_minor, dispatches, approved_at, dispatched_at, dispatched_real, sent_at, created_at)
SELECT pg_temp.mk(7, notice), (array_agg(customer))[1], 'EUR', CASE WHEN notice % 20 = 0 THEN 'letter' ELSE 'email' END, 'dunning',
  CASE WHEN notice % 200 = 0 THEN 'refused' ELSE 'sent' END, 'en', 'UTC', min(sent_on), min(sent_on), 480, 1020, 'none',
  'accounts@customer.example', 'reminder-' || min(level), 'Reminder', sha256(notice::text::bytea), 'm' || notice || '@nordwind.example', sum(amount), 1,
  NULL, min(sent_on), min(sent_on), CASE WHEN notice % 200 > 0 THEN min(sent_on)::timestamptz END, min(sent_on)
FROM line GROUP BY notice ORDER BY notice;
INSERT INTO steps (id, item_id, case_id, stage, cycle, attempt, action, state, notice_id, ask_minor, decided_on, done_on)
SELECT pg_temp.mk(8, no), item, invoice, (ARRAY['reminder-1','reminder-2','final-demand'])[level], 1, 1, 'notice', 'done', pg_temp.mk(7, notice), amount, sent_on, sent_on
FROM line;
INSERT INTO notice_lines (id, notice_id, item_id, case_id, step_id, stage, level, state, open_minor, ask_minor, days_past_due, policy_version_id, template)
SELECT pg_temp.mk(9, no), pg_temp.mk(7, notice), item, invoice, pg_temp.mk(8, no), (ARRAY['reminder-1','reminder-2','final-demand'])[level], level, 'sent',
  amount, amount, 5 * level, policy, 'reminder-1'
FROM line, want;

-- step: drafts and approvals
CREATE TEMP TABLE draft AS SELECT row_number() OVER (ORDER BY i) AS no, inv.* FROM inv WHERE open AND level = 2 AND i % 4 = 0;
INSERT INTO notices (id, customer_id, currency, channel, kind, stage, state, language, time_zone, opens_at, seal_after, window_from, window_to, calendar,
  template, subject, content_hash, message_id, asked_minor, created_at)
SELECT pg_temp.mk(17, no), customer, 'EUR', 'email', 'dunning', 'final-demand', 'draft', 'en', 'UTC', pg_temp.today(), pg_temp.today(), 480, 1020, 'none',
  'final-demand', 'Final demand', sha256(no::text::bytea), 'd' || no || '@nordwind.example', amount, pg_temp.today()
FROM draft;
INSERT INTO steps (id, item_id, case_id, stage, cycle, attempt, action, state, notice_id, ask_minor, decided_on)
SELECT pg_temp.mk(18, no), item, id, 'final-demand', 1, 1, 'notice', 'awaiting_approval', pg_temp.mk(17, no), amount, pg_temp.today() FROM draft;
INSERT INTO notice_lines (id, notice_id, item_id, case_id, step_id, stage, level, state, open_minor, ask_minor, days_past_due, policy_version_id, template)
SELECT pg_temp.mk(19, no), pg_temp.mk(17, no), item, id, pg_temp.mk(18, no), 'final-demand', 3, 'live', amount, amount, 30, policy, 'final-demand' FROM draft, want;
INSERT INTO approvals (id, subject_kind, subject_id, customer_id, case_id, stage, role, state, content_hash, summary, amount_minor, currency, proposers,
  at_deadline, deadline_days, due_at, requested_at)
SELECT pg_temp.mk(10, no), 'notice', pg_temp.mk(17, no), customer, NULL, 'final-demand', CASE WHEN no % 6 = 0 THEN 'admin' ELSE 'supervisor' END, 'open',
  sha256(no::text::bytea), 'Final demand', amount, 'EUR', '{operator}', 'raise', 3, pg_temp.today() + (no % 3)::int, pg_temp.today()
FROM draft;
INSERT INTO approvals (id, subject_kind, subject_id, customer_id, stage, role, state, content_hash, summary, amount_minor, currency, proposers,
  at_deadline, deadline_days, due_at, requested_at, decided_at, decided_by)
SELECT pg_temp.mk(11, no), 'step', pg_temp.mk(8, no), customer, 'final-demand', 'supervisor', (ARRAY['approved','approved','approved','rejected','lapsed'])[1 + no % 5],
  sha256(no::text::bytea), 'Final demand', amount, 'EUR', '{operator}', 'raise', 3, sent_on, sent_on, sent_on, 'boss'
FROM line WHERE level = 3;

-- step: promises, blocks, disputes, notes, tasks
INSERT INTO promises (id, customer_id, invoice_id, amount_minor, currency, promised_on, due_on, state, settled_on, created_by, created_at)
SELECT pg_temp.mk(12, i), customer, id, amount, 'EUR', due + 6, due + 20, CASE WHEN open THEN 'open' ELSE (ARRAY['kept','broken'])[1 + i % 2] END,
  CASE WHEN NOT open THEN due + 20 END, 'collector', at
FROM inv WHERE NOT void AND i % 12 = 1 AND due < pg_temp.today();
INSERT INTO promise_items (promise_id, item_id, amount_minor)
SELECT pg_temp.mk(12, i), item, amount FROM inv WHERE NOT void AND i % 12 = 1 AND due < pg_temp.today();
INSERT INTO blocks (id, customer_id, invoice_id, reason, until, created_by, created_at, released_at, released_by)
SELECT pg_temp.mk(13, i), customer, CASE WHEN i % 3 > 0 THEN id END, 'customer_request', due + 40, 'collector', at,
  CASE WHEN NOT open THEN at + interval '30 days' END, CASE WHEN NOT open THEN 'collector' ELSE '' END
FROM inv WHERE i % 40 = 3;
INSERT INTO dispute_flags (id, item_id, invoice_id, customer_id, amount_minor, currency, reason, state, created_by, created_at, released_by, released_at)
SELECT pg_temp.mk(14, i), item, id, customer, amount / 2, 'EUR', 'pricing', CASE WHEN open THEN 'open' ELSE 'released' END, 'collector', at,
  CASE WHEN open THEN '' ELSE 'collector' END, CASE WHEN NOT open THEN at + interval '20 days' END
FROM inv WHERE i % 90 = 2 AND NOT void;
INSERT INTO notes (id, customer_id, invoice_id, kind, outcome, body, created_by, created_at)
SELECT pg_temp.mk(15, i), customer, CASE WHEN i % 2 = 0 THEN id END, 'call', 'will_pay', 'Called; will pay next week.', 'collector', at FROM inv WHERE i % 5 = 0;
INSERT INTO tasks (id, kind, dedupe, customer_id, invoice_id, item_id, assignee, role, summary, due_on, state, created_at, closed_at, closed_by)
SELECT pg_temp.mk(16, i), (ARRAY['stage','no_address','broken_promise','follow_up','ladder_done'])[1 + i % 5], 'bench/' || i, customer, id, item,
  CASE WHEN i % 3 = 0 THEN '' ELSE 'collector-' || customer_no % 12 END, CASE WHEN i % 9 = 0 THEN 'supervisor' ELSE 'collector' END,
  'Call the customer', CASE WHEN open THEN pg_temp.today() - 10 + (i % 30)::int ELSE due + 10 END, CASE WHEN open THEN 'open' ELSE 'done' END, at,
  CASE WHEN NOT open THEN at + interval '20 days' END, CASE WHEN open THEN '' ELSE 'collector' END
FROM inv WHERE NOT void AND i % 4 = 1;

-- step: receipts
INSERT INTO receipts (id, source, number, customer_id, kind, currency, amount_minor, gross_minor, applied_minor, value_date, reference, state, created_by, created_at)
SELECT pg_temp.mk(20, i), 'bank', 'R' || i, customer, 'bank', 'EUR', amount, amount, amount, due + (i % 30)::int - 10, 'INV' || i, 'recorded', 'operator', at + interval '40 days'
FROM inv WHERE NOT open AND NOT void ORDER BY i;
INSERT INTO applications (id, receipt_id, item_id, amount_minor, item_minor, applied_at)
SELECT pg_temp.mk(21, i), pg_temp.mk(20, i), item, amount, amount, at + interval '40 days' FROM inv WHERE NOT open AND NOT void ORDER BY i;
INSERT INTO receipts (id, source, number, customer_id, kind, currency, amount_minor, gross_minor, unapplied_minor, on_account_minor, value_date, state, created_by, created_at)
SELECT pg_temp.mk(22, i), 'bank', 'U' || i, CASE WHEN i % 400 = 6 THEN NULL ELSE customer END, 'bank', 'EUR', amount, amount,
  CASE WHEN i % 400 = 206 THEN 0 ELSE amount END, CASE WHEN i % 400 = 206 THEN amount ELSE 0 END, due, 'recorded', 'operator', at
FROM inv WHERE i % 200 = 6;
INSERT INTO credit_memos (id, source, number, customer_id, currency, amount_minor, applied_minor, open_minor, memo_date, state, created_by, created_at)
SELECT pg_temp.mk(23, i), 'erp', 'CM' || i, customer, 'EUR', amount / 10, CASE WHEN open THEN 0 ELSE amount / 10 END, CASE WHEN open THEN amount / 10 ELSE 0 END,
  due, 'valid', 'operator', at
FROM inv WHERE i % 50 = 7;
INSERT INTO documents (id, customer_id, invoice_id, kind, filename, media_type, size, sha256, content, created_at, created_by)
SELECT pg_temp.mk(24, i), customer, id, 'proof_of_delivery', 'pod-' || i || '.txt', 'text/plain', 4, sha256('proof'), 'prf!', at, 'collector' FROM inv WHERE i % 50 = 9;

-- step: claims
-- A tenth of the invoices has a deduction that is being worked on, another one that was settled long ago.
CREATE TEMP TABLE claim AS SELECT
  inv.*,
  i % 10 = 4 AS live,
  greatest(100, amount / 10) AS minor,
  (ARRAY['opened','investigating','awaiting_customer','awaiting_approval','awaiting_credit_memo','contested','refused_by_customer','awaiting_repayment'])[1 + i / 10 % 8] AS doing
FROM inv WHERE i % 10 IN (4, 5);
INSERT INTO items (id, invoice_id, customer_id, kind, due_date, aging_date, time_zone, currency, original_minor, credited_minor, open_minor, disputed_minor)
SELECT pg_temp.mk(40, i), id, customer, 'deduction', due, due, 'UTC', 'EUR', minor, CASE WHEN live THEN 0 ELSE minor END, CASE WHEN live THEN minor ELSE 0 END,
  CASE WHEN live AND doing NOT IN ('contested','refused_by_customer','awaiting_repayment') THEN minor ELSE 0 END
FROM claim ORDER BY i;
INSERT INTO dispute_flags (id, item_id, invoice_id, customer_id, amount_minor, currency, reason, state, created_by, created_at, released_by, released_at)
SELECT pg_temp.mk(44, i), pg_temp.mk(40, i), id, customer, minor, 'EUR', 'pricing', CASE WHEN live AND doing NOT IN ('contested','refused_by_customer','awaiting_repayment') THEN 'open' ELSE 'released' END,
  'analyst', at, '', CASE WHEN NOT live OR doing IN ('contested','refused_by_customer','awaiting_repayment') THEN at END
FROM claim;
INSERT INTO disputes (id, kind, customer_id, currency, state, outcome, customer_reason, customer_words, claim_reference, source, taken_on, reason, trade, team,
  owner, priority, claimed_whole, claimed_minor, pending_minor, denied_minor, deadline_on, wake_at, opened_by, opened_at, closed_at)
SELECT pg_temp.mk(41, i), CASE WHEN i % 40 = 4 THEN 'dispute' ELSE 'deduction' END, customer, 'EUR', CASE WHEN live THEN doing ELSE 'closed' END,
  CASE WHEN live THEN '' ELSE 'valid' END, 'RC-' || i % 30, 'Short on delivery ' || i, 'DC-' || i, 'import', due - 5 + (i % 20)::int,
  (ARRAY['shortage','damage','pricing','promotion','freight','returns','quality','unearned_discount','compliance_penalty','duplicate_billing','tax',NULL])[1 + i / 10 % 12],
  i / 10 % 12 = 3, (ARRAY['sales','logistics','pricing','quality'])[1 + i / 10 % 4], 'analyst-' || i / 10 % 20, 1 + i / 10 % 9, minor, minor,
  CASE WHEN live AND doing NOT IN ('contested','refused_by_customer','awaiting_repayment') THEN minor ELSE 0 END,
  CASE WHEN live AND doing IN ('contested','refused_by_customer','awaiting_repayment') THEN minor ELSE 0 END,
  CASE WHEN live AND i % 30 <> 4 THEN pg_temp.today() - 3 + (i / 10 % 60)::int END, CASE WHEN live THEN (pg_temp.today() + 1 + (i / 10 % 14)::int)::timestamptz END,
  'operator', at, CASE WHEN NOT live THEN at + interval '30 days' END
FROM claim ORDER BY i;
INSERT INTO dispute_parts (id, dispute_id, seq, invoice_id, item_id, flag_id, claimed_minor, undecided_minor, credit_due_minor, credited_minor, denied_minor)
SELECT pg_temp.mk(42, i), pg_temp.mk(41, i), 1, id, pg_temp.mk(40, i), pg_temp.mk(44, i), minor,
  CASE WHEN live AND doing NOT IN ('awaiting_credit_memo','contested','refused_by_customer','awaiting_repayment') THEN minor ELSE 0 END,
  CASE WHEN live AND doing = 'awaiting_credit_memo' THEN minor ELSE 0 END, CASE WHEN live THEN 0 ELSE minor END,
  CASE WHEN live AND doing IN ('contested','refused_by_customer','awaiting_repayment') THEN minor ELSE 0 END
FROM claim ORDER BY i;
INSERT INTO dispute_deadlines (id, dispute_id, kind, due_on, state)
SELECT pg_temp.mk(43, i), pg_temp.mk(41, i), 'decision', pg_temp.today() - 3 + (i / 10 % 60)::int, 'open' FROM claim WHERE live AND i % 30 <> 4;
INSERT INTO dispute_evidence (id, dispute_id, document_kind, mandatory, team, state, due_on)
SELECT pg_temp.mk(45, i), pg_temp.mk(41, i), 'proof_of_delivery', true, 'logistics', CASE WHEN i % 3 = 0 THEN 'received' ELSE 'requested' END, pg_temp.today() + 5
FROM claim WHERE live;

-- step: record
INSERT INTO audit_entries (id, at, business_date, actor, action, subject_kind, subject_id, customer_id, invoice_id, data, recorded_at, position, prev_hash, hash)
SELECT pg_temp.mk(25 + e, i), at, at::date, CASE WHEN e = 2 THEN 'engine' ELSE 'operator' END,
  (ARRAY['invoice.created','case.armed','receipt.recorded'])[1 + e], (ARRAY['invoice','case','receipt'])[1 + e],
  CASE WHEN e = 2 THEN pg_temp.mk(20, i) ELSE id END, customer, id,
  jsonb_build_object('amount_minor', amount, 'currency', 'EUR', 'due_date', due), at + e * interval '1 second',
  i * 3 + e, sha256((i * 3 + e - 1)::text::bytea), sha256((i * 3 + e)::text::bytea)
FROM inv, generate_series(0, 2) e WHERE NOT (e = 2 AND (open OR void))
ORDER BY i, e;

-- step: census, snapshots and webhooks
INSERT INTO censuses (id, reason, state, business_date, asked_at, started_at, finished_at, raised)
SELECT pg_temp.mk(30, d), 'night', 'done', pg_temp.today() - d, pg_temp.today() - d, pg_temp.today() - d, pg_temp.today() - d, 0 FROM generate_series(1, 500) d;
INSERT INTO census_findings (census_id, check_name, subject, customer_id, invoice_id, detail, found_at)
SELECT pg_temp.mk(30, 1), 'item_law', item, customer, id, 'amounts differ', pg_temp.today() FROM inv WHERE i % 1000 = 11;
INSERT INTO snapshots (as_of, month_end, opening, taken_at, items)
SELECT pg_temp.today() - 20, pg_temp.today() - 20, true, pg_temp.today() - 19, count(*) FROM inv WHERE open;
INSERT INTO snapshot_items (as_of, item_id, customer_id, invoice_id, kind, currency, due_date, aging_date, original_minor, open_minor, disputed_minor,
  collectable_minor, days_past_due, bucket, version)
SELECT pg_temp.today() - 20, item, customer, id, 'instalment', 'EUR', due, due, amount, amount, 0, amount, pg_temp.today() - 20 - due,
  CASE WHEN pg_temp.today() - 20 <= due THEN 'current' WHEN pg_temp.today() - 50 <= due THEN '1-30' WHEN pg_temp.today() - 80 <= due THEN '31-60'
    WHEN pg_temp.today() - 110 <= due THEN '61-90' ELSE '91+' END, 1
FROM inv WHERE open ORDER BY i;
INSERT INTO webhook_endpoints (id, url, state, position, created_at, created_by)
SELECT pg_temp.mk(31, e), 'https://receiver' || e || '.example/hook', CASE WHEN e = 5 THEN 'archived' ELSE 'enabled' END, 0, pg_temp.today() - 500, 'operator'
FROM generate_series(1, 5) e;
INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event_type, position, state, attempts, next_at, last_status, created_at, settled_at)
SELECT pg_temp.mk(32, i), pg_temp.mk(31, 1 + i % 5), pg_temp.mk(25, i), 'invoice.created', i * 3,
  CASE WHEN i % 1000 = 12 THEN 'dead' WHEN i % 1000 = 13 THEN 'pending' ELSE 'delivered' END, 1, at, 200, at, CASE WHEN i % 1000 <> 13 THEN at END
FROM inv WHERE i % 2 = 0 OR i % 1000 = 13 ORDER BY i;

-- step: bank
INSERT INTO bank_accounts (id, key, state, confirmed_by, confirmed_at, created_at)
SELECT pg_temp.mk(33, 1), 'DE89370400440532013000', 'confirmed', 'operator', pg_temp.today() - 501, pg_temp.today() - 501;
INSERT INTO bank_files (id, sha256, size, filename, source, state, created_by, created_at, finished_at)
SELECT pg_temp.mk(34, k), sha256(k::text::bytea), 1000, 'statement-' || k || '.xml', 'api', 'done', 'operator', pg_temp.today() - 501 + k, pg_temp.today() - 501 + k
FROM generate_series(1, 500) k;
INSERT INTO bank_problems (file_id, seq, severity, line, field, code, message)
SELECT pg_temp.mk(34, k), p, 'warning', p, 'balance', 'remittance.no_balance', 'no balance is told' FROM generate_series(1, 500) k, generate_series(1, 20) p;
INSERT INTO bank_statements (id, file_id, seq, account_id, format, kind, status, currency, to_on, proof)
SELECT pg_temp.mk(35, k), pg_temp.mk(34, k), 1, pg_temp.mk(33, 1), 'camt.053.001.08', 'end_of_day', 'update', 'EUR', pg_temp.today() - 501 + k,
  CASE WHEN k % 50 = 0 THEN 'alarm' ELSE 'proven' END
FROM generate_series(1, 500) k;
INSERT INTO bank_entries (id, account_id, key, part, credit, amount_minor, entry_minor, kinds, currency, booked_on, value_on, told, final_by, outcome, created_at)
SELECT pg_temp.mk(36, e), pg_temp.mk(33, 1), 'E' || e, 0, true, 10000 + e % 977, 10000 + e % 977, 4, 'EUR', pg_temp.today() - 500 + (e % 500)::integer, pg_temp.today() - 500 + (e % 500)::integer,
  '{}', pg_temp.mk(35, 1 + e % 500), 'applied', pg_temp.today()
FROM want, generate_series(1, n / 10) e;
INSERT INTO cash_exceptions (id, kind, statement_id, customer_id, currency, amount_minor, since, score, why, state)
SELECT pg_temp.mk(37, i), 'alarm', pg_temp.mk(35, 1 + i % 500), customer, 'EUR', amount, at, i % 1000, '{statement_alarm}', 'open'
FROM inv WHERE i % 100 = 17;

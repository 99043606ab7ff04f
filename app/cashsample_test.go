package app_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/matching"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
	"arrears/internal/testkit"
	"arrears/port"
)

// cashSamples finds the folder of test material that the repository may not hold.
func cashSamples(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("ARREARS_SHARED_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	dir = filepath.Join(dir, "cash-application")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no shared/data beside the repository and no ARREARS_SHARED_DATA")
	}
	return dir
}

type sampleBooks struct {
	Invoices []struct {
		ID       string  `json:"invoice_id"`
		Customer string  `json:"customer_id"`
		Name     string  `json:"customer_name"`
		Date     string  `json:"invoice_date"`
		Due      string  `json:"due_date"`
		Original float64 `json:"original_amount"`
		Open     float64 `json:"open_amount"`
		Currency string  `json:"currency"`
		Order    string  `json:"po_reference"`
		Percent  float64 `json:"discount_pct"`
		Status   string  `json:"status"`
	} `json:"invoices"`
	Aliases []struct {
		Alias    string `json:"payer_alias"`
		Customer string `json:"canonical_customer_id"`
	} `json:"payer_alias_registry"`
	Parents []struct {
		ID       string   `json:"parent_customer_id"`
		Name     string   `json:"parent_name"`
		Children []string `json:"children"`
	} `json:"parent_child_hierarchy"`
	Netting []struct {
		Customer string `json:"customer_id"`
	} `json:"intercompany_netting"`
	Compliance struct {
		Legal []string `json:"legal_hold_invoice_ids"`
	} `json:"compliance_config"`
}

type sampleStatement struct {
	Transactions []struct {
		ID       string  `json:"txn_id"`
		Date     string  `json:"date"`
		Amount   float64 `json:"amount"`
		Currency string  `json:"currency"`
		Type     string  `json:"payment_type"`
		Payer    string  `json:"payer_raw"`
		Bank     string  `json:"bank_reference"`
		Text     string  `json:"remittance_text"`
	} `json:"transactions"`
}

func cents(major float64) int64 { return int64(math.Round(major * 100)) }

// till is a desk at which money comes in.
type till struct {
	*court
	customers map[string]receivable.Customer
	items     map[string]receivable.Item // by number of the invoice
	receipts  map[string]uuid.UUID       // by number
}

func openTill(t *testing.T) *till {
	t.Helper()
	return &till{
		court: openCourt(t), customers: map[string]receivable.Customer{}, items: map[string]receivable.Item{}, receipts: map[string]uuid.UUID{},
	}
}

// newOne enters a customer by number.
func (l *till) newOne(number, name string, terms receivable.Terms, parent uuid.NullUUID) receivable.Customer {
	l.t.Helper()
	c, err := l.app.CreateCustomer(l.t.Context(), l.supervisor, app.NewCustomer{
		Number: number, Name: name, Currency: "USD", Terms: &terms, ParentID: parent,
		Contacts: []app.NewContact{{Role: receivable.RoleBilling, Email: "billing@example.com"}},
	})
	require.NoError(l.t, err)
	l.customers[number] = c
	return c
}

// rules publishes rules of a customer, or of everybody.
func (l *till) rules(number, text string) {
	l.t.Helper()
	in := app.NewRules{Scope: "default", Body: []byte(text)}
	if number != "" {
		in.Scope, in.CustomerID = "customer", l.id(l.customers[number].ID)
	}
	_, err := l.app.PublishCashRules(l.t.Context(), l.supervisor, in)
	require.NoError(l.t, err)
}

// enter enters the books of a sample.
func (l *till) enter(books sampleBooks) {
	l.t.Helper()
	parents := map[string]uuid.NullUUID{}
	for _, p := range books.Parents {
		made := l.newOne(p.ID, p.Name, receivable.Terms{NetDays: 30}, uuid.NullUUID{})
		for _, child := range p.Children {
			parents[child] = l.id(made.ID)
		}
	}
	for _, inv := range books.Invoices {
		if _, there := l.customers[inv.Customer]; !there {
			terms := receivable.Terms{NetDays: 30}
			if inv.Percent > 0 {
				terms.DiscountBP, terms.DiscountDays = int(math.Round(inv.Percent*100)), 10
			}
			l.newOne(inv.Customer, inv.Name, terms, parents[inv.Customer])
		}
		if inv.Status == "ON_HOLD" {
			l.rules("", `{"not_ours": ["Global Imports North LLC"], "held_names": ["`+inv.Name+`"]}`)
		}
		owner := l.customers[inv.Customer]
		made, err := l.app.CreateInvoice(l.t.Context(), l.supervisor, app.NewInvoice{
			Number: inv.ID, CustomerID: owner.ID, InvoiceDate: calendar.MustDate(inv.Date), Currency: money.Currency(inv.Currency),
			AmountMinor: cents(inv.Original), PurchaseOrder: inv.Order,
			Instalments: []receivable.InstalmentPart{{DueDate: calendar.MustDate(inv.Due), AmountMinor: cents(inv.Original)}},
		})
		require.NoError(l.t, err)
		l.items[inv.ID] = made.Items[0]
		if paid := cents(inv.Original) - cents(inv.Open); paid > 0 {
			_, err := l.app.RecordReceipt(l.t.Context(), l.collector, app.NewReceipt{
				Number: "before " + inv.ID, Currency: money.Currency(inv.Currency), AmountMinor: paid, ValueDate: day("2024-06-20"),
				Reference: "ACH20240620001", Applications: []app.ReceiptApplication{{ItemID: l.id(made.Items[0].ID), AmountMinor: paid}},
			})
			require.NoError(l.t, err)
		}
		if inv.Status == "DISPUTED" {
			_, err := l.app.FlagDispute(l.t.Context(), l.collector, app.NewDisputeFlag{
				ItemID: made.Items[0].ID, AmountMinor: cents(inv.Open), Currency: money.Currency(inv.Currency), Reason: "shortage",
			})
			require.NoError(l.t, err)
		}
		for _, legal := range books.Compliance.Legal {
			if legal == inv.ID {
				_, err := l.app.SetBlock(l.t.Context(), l.collector, app.NewBlock{InvoiceID: l.id(made.ID), Reason: receivable.BlockLegal})
				require.NoError(l.t, err)
			}
		}
	}
	for _, a := range books.Aliases {
		_, err := l.conn.Exec(l.t.Context(), `INSERT INTO aliases (kind, spelling, customer_id, learned_by, learned_at) VALUES ('customer', $1, $2, 't', now())`,
			matching.NameKey(a.Alias), l.customers[a.Customer].ID)
		require.NoError(l.t, err)
	}
	for _, n := range books.Netting {
		l.rules(n.Customer, `{"netting": true}`)
	}
}

// expectation is what a transaction's note says, in this system's words: what the receipt and the items look like then.
type expectation struct {
	outcome  string
	paid     map[string]float64
	discount float64
	writeOff float64
	claim    float64
	open     float64 // of the items
	reason   string  // among why it waits
}

var samples = map[string]expectation{
	"TXN-01-001": {outcome: "applied", paid: map[string]float64{"INV-01-001": 18500}},
	"TXN-01-002": {outcome: "applied", paid: map[string]float64{"INV-01-002": 18000, "INV-01-003": 24000}},
	"TXN-01-003": {outcome: "applied", paid: map[string]float64{"INV-01-004": 31850}, discount: 650},
	"TXN-01-004": {outcome: "applied", paid: map[string]float64{"INV-01-005": 9975}, writeOff: 25},
	"TXN-01-005": {outcome: "proposed", reason: ""}, // an amount without a purpose is a person's, unless an agreement says otherwise
	"TXN-01-006": {outcome: "applied", paid: map[string]float64{"INV-01-007": 27300}},
	"TXN-01-007": {outcome: "applied", paid: map[string]float64{"INV-01-008": 13400}, open: 13400},
	"TXN-01-008": {outcome: "applied", paid: map[string]float64{"INV-01-009": 8750}},

	"TXN-02-001": {outcome: "applied", paid: map[string]float64{"INV-02-001": 39200}, discount: 800},
	"TXN-02-002": {outcome: "applied", paid: map[string]float64{"INV-02-002": 47500}, claim: 2500},
	"TXN-02-003": {outcome: "applied", paid: map[string]float64{"INV-02-003": 28750}, claim: 1250},
	"TXN-02-004": {outcome: "applied", paid: map[string]float64{"INV-02-004": 62000}, claim: 3000},
	"TXN-02-005": {outcome: "applied", paid: map[string]float64{"INV-02-005": 33500}, open: 1500},
	"TXN-02-006": {outcome: "applied", paid: map[string]float64{"INV-02-006": 19800}, claim: 2000},
	"TXN-02-007": {outcome: "applied", paid: map[string]float64{"INV-02-007": 25840}, claim: 160}, // the note says 25,480, the amount 25,840
	"TXN-02-008": {outcome: "applied", paid: map[string]float64{"INV-02-008": 44000}, claim: 2000},
	"TXN-02-009": {outcome: "applied", paid: map[string]float64{"INV-02-009": 15000}},

	"TXN-03-001": {outcome: "held", reason: matching.ReasonNameHeld},
	"TXN-03-002": {outcome: "proposed", reason: matching.ReasonDisputed},
	"TXN-03-003": {outcome: "proposed", reason: matching.ReasonNotOurs},
	"TXN-03-004": {outcome: "held", reason: matching.ReasonItemHeld},
	"TXN-03-005": {outcome: "returned"},
	"TXN-03-006": {outcome: "applied", paid: map[string]float64{"INV-03-006": 29750}},

	"TXN-04-001": {outcome: "applied", paid: map[string]float64{"INV-04-001": 85000}},
	"TXN-04-002": {outcome: "applied", paid: map[string]float64{"INV-04-002": 31000, "INV-04-003": 25000}},
	"TXN-04-003": {outcome: "proposed", reason: matching.ReasonNetting},
	"TXN-04-004": {outcome: "applied", paid: map[string]float64{"INV-04-005": 32500}},
	"TXN-04-005": {outcome: "applied", paid: map[string]float64{"INV-04-006": 19800}},
	"TXN-04-006": {outcome: "applied", paid: map[string]float64{"INV-04-007": 47250}},
	"TXN-04-007": {outcome: "applied", paid: map[string]float64{"INV-04-008": 28000}},

	"TXN-05-001": {outcome: "applied", paid: map[string]float64{"INV-05-001": 54000}},
	"TXN-05-002": {outcome: "applied", paid: map[string]float64{"INV-05-002": 38145}},
	"TXN-05-003": {outcome: "proposed", reason: matching.ReasonRateDifference},
	"TXN-05-004": {outcome: "applied", paid: map[string]float64{"INV-05-004": 22200}},
	"TXN-05-005": {outcome: "applied", paid: map[string]float64{"INV-05-005": 48600, "INV-05-006": 37800}},
	"TXN-05-006": {outcome: "applied", paid: map[string]float64{"INV-05-007": 25405}, writeOff: 25},
	"TXN-05-007": {outcome: "applied", paid: map[string]float64{"INV-05-008": 67500}},
}

// Every payment of the samples goes where its note says, through the whole way from the bank to the items.
func TestSamplesOfCashApplicationEndToEnd(t *testing.T) {
	t.Parallel()
	dir := cashSamples(t)
	for _, number := range []string{"01", "02", "03", "04", "05"} {
		t.Run(number, func(t *testing.T) {
			t.Parallel()
			l := openTill(t)
			l.rules("", `{"not_ours": ["Global Imports North LLC"]}`)
			var books sampleBooks
			var statement sampleStatement
			for name, into := range map[string]any{"open_ar": &books, "bank_statement": &statement} {
				raw, err := os.ReadFile(filepath.Join(dir, "sample-"+number+"-"+name+".json"))
				require.NoError(t, err)
				require.NoError(t, json.Unmarshal(raw, into))
			}
			l.enter(books)
			got := l.sample(statement)
			for _, txn := range statement.Transactions {
				want, known := samples[txn.ID]
				require.True(t, known, txn.ID)
				require.Equal(t, want.outcome, got[txn.ID], txn.ID)
				l.sampleHolds(txn.ID, want)
			}
			l.moneyLaws()
		})
	}
}

// sample takes a statement in as one batch, and what it takes back after it.
func (l *till) sample(statement sampleStatement) map[string]string {
	l.t.Helper()
	got := map[string]string{}
	var list []app.Incoming
	for _, txn := range statement.Transactions {
		if txn.Type == "ACH_RETURN" {
			outcome, err := app.TakeBack(l.t.Context(), l.app, remittance.Transaction{
				Minor: cents(txn.Amount), Currency: money.Currency(txn.Currency), Text: []string{txn.Text}, Reference: txn.Bank,
				Entry:  remittance.Entry{ValueOn: calendar.MustDate(txn.Date), Minor: cents(txn.Amount), Currency: money.Currency(txn.Currency)},
				Return: &remittance.Return{Code: "NSF"},
			})
			require.NoError(l.t, err)
			got[txn.ID] = outcome
			continue
		}
		list = append(list, app.Incoming{Number: txn.ID, Seen: matching.Receipt{
			Minor: cents(txn.Amount), Currency: money.Currency(txn.Currency), ValueOn: calendar.MustDate(txn.Date),
			Payer: remittance.Party{Name: txn.Payer}, Reference: txn.Bank, Texts: []string{txn.Text},
		}})
	}
	done, err := app.TakeIn(l.t.Context(), l.app, "", list...)
	require.NoError(l.t, err)
	for n, d := range done {
		got[list[n].Number], l.receipts[list[n].Number] = d.Outcome, d.ID
	}
	return got
}

func (l *till) sampleHolds(txn string, want expectation) {
	l.t.Helper()
	id, there := l.receipts[txn]
	if !there { // returned: the invoice is owed again
		require.Equal(l.t, int64(2_200_000), l.balance(l.items["INV-03-005"].ID).Open)
		return
	}
	r, err := l.app.Receipt(l.t.Context(), l.reader, id)
	require.NoError(l.t, err)
	require.NoError(l.t, r.Check())
	if want.outcome != "applied" {
		require.Equal(l.t, r.GrossMinor, r.Rest(), txn)
		list, err := l.app.CashExceptions(l.t.Context(), l.reader, port.CashExceptionFilter{ReceiptID: l.id(id)}, port.Page{})
		require.NoError(l.t, err)
		require.Len(l.t, list.Items, 1, txn)
		if want.reason != "" {
			require.Contains(l.t, list.Items[0].Why, want.reason, txn)
		}
		return
	}
	require.Zero(l.t, r.Rest(), txn)
	var sum balance
	for number, major := range want.paid {
		b := l.balance(l.items[number].ID)
		before := l.number(`SELECT coalesce(sum(item_minor), 0)::bigint FROM applications WHERE item_id = $1 AND receipt_id <> $2`, l.items[number].ID, id)
		require.Equal(l.t, cents(major), b.Paid-before, "%s %s", txn, number)
		sum.Discounted, sum.WrittenOff, sum.Moved, sum.Open = sum.Discounted+b.Discounted, sum.WrittenOff+b.WrittenOff, sum.Moved+b.Moved, sum.Open+b.Open
	}
	require.Equal(l.t, []int64{cents(want.discount), cents(want.writeOff), cents(want.claim), cents(want.open)},
		[]int64{sum.Discounted, sum.WrittenOff, sum.Moved, sum.Open}, "%s: discount, write-off, claim, open", txn)
}

// moneyLaws proves the laws of MONEY.md on everything that is there.
func (l *till) moneyLaws() {
	l.t.Helper()
	l.laws()
	for what, sql := range testkit.MoneyLaws() {
		l.nothing(what, sql)
	}
	for what, sql := range testkit.ClaimLaws() {
		l.nothing(what, sql)
	}
	l.nothing("what a receipt counts as refunded is what was paid back of it", `
SELECT r.id::text FROM receipts r LEFT JOIN refunds b ON b.receipt_id = r.id AND b.state = 'paid'
GROUP BY r.id HAVING r.refunded_minor <> coalesce(sum(b.amount_minor), 0)`)
	l.nothing("what is approved to be paid back is there", `
SELECT r.id::text FROM receipts r JOIN refunds b ON b.receipt_id = r.id AND b.state = 'approved'
GROUP BY r.id HAVING r.on_account_minor + r.unapplied_minor < sum(b.amount_minor)`)
}

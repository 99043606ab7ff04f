package matching_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/matching"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
)

// sharedData finds the folder of test material that the repository may not hold: ARREARS_SHARED_DATA, or shared/data beside
// the checkout. Without it the test is skipped.
func sharedData(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("ARREARS_SHARED_DATA"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	require.NoError(t, err)
	for parent := filepath.Dir(dir); parent != dir; dir, parent = parent, filepath.Dir(parent) {
		found := filepath.Join(parent, "shared", "data")
		if info, err := os.Stat(found); err == nil && info.IsDir() {
			return found
		}
	}
	t.Skip("no shared/data beside the repository and no ARREARS_SHARED_DATA")
	return ""
}

type sampleInvoice struct {
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
	Deadline string  `json:"discount_deadline"`
	Status   string  `json:"status"`
}

type sampleBooks struct {
	Invoices []sampleInvoice `json:"invoices"`
	Aliases  []struct {
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

func idOf(name string) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceOID, []byte(name)) }

func some(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: true} }

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, into))
}

// sampleIndex makes a portfolio of one sample's books, with the agreements that its notes tell.
func sampleIndex(t *testing.T, books sampleBooks) *matching.Index {
	t.Helper()
	customers := map[string]*matching.Customer{}
	var items []matching.Item
	for _, inv := range books.Invoices {
		if customers[inv.Customer] == nil {
			customers[inv.Customer] = &matching.Customer{ID: idOf(inv.Customer), Number: inv.Customer, Name: inv.Name}
		}
		if inv.Status == "ON_HOLD" {
			customers[inv.Customer].HeldReason = "compliance"
		}
		i := matching.Item{
			ID: idOf(inv.ID), InvoiceID: some(idOf("invoice " + inv.ID)), CustomerID: idOf(inv.Customer), Kind: receivable.Instalment,
			Number: inv.ID, Order: inv.Order, Instalment: 1, Instalments: 1, DueOn: calendar.MustDate(inv.Due),
			InvoicedOn: calendar.MustDate(inv.Date), Currency: money.Currency(inv.Currency), OriginalMinor: cents(inv.Original),
			OpenMinor: cents(inv.Open),
		}
		if inv.Deadline != "" {
			i.Discounts = []matching.Discount{{LastDay: calendar.MustDate(inv.Deadline), Minor: cents(inv.Open * inv.Percent / 100)}}
		}
		if inv.Status == "DISPUTED" {
			i.DisputedMinor = i.OpenMinor
		}
		if slices.Contains(books.Compliance.Legal, inv.ID) {
			i.Held = "legal"
		}
		items = append(items, i)
	}
	for _, a := range books.Aliases {
		customers[a.Customer].Aliases = append(customers[a.Customer].Aliases, a.Alias)
	}
	for _, p := range books.Parents {
		customers[p.ID] = &matching.Customer{ID: idOf(p.ID), Number: p.ID, Name: p.Name}
		for _, child := range p.Children {
			customers[child].ParentID = some(idOf(p.ID))
		}
	}
	for _, n := range books.Netting {
		yes := true
		customers[n.Customer].Rules = matching.Compile(matching.Merge([]*matching.Rules{{Netting: &yes}, matching.DefaultRules()}))
	}
	list := make([]matching.Customer, 0, len(customers))
	for _, c := range customers {
		list = append(list, *c)
	}
	return matching.NewIndex(list, items, nil, nil)
}

// expectation is what a transaction's note says, in this system's words.
type expectation struct {
	outcome   matching.Outcome
	owner     string
	paid      map[string]float64
	discount  float64
	writeOff  float64
	kind      matching.WriteOffKind
	claim     float64
	residual  float64
	offset    float64
	onAccount float64
	reason    string // in Why, Reasons or Stops of the first proposal
}

var samples = map[string]expectation{
	"TXN-01-001": {outcome: matching.Apply, paid: map[string]float64{"INV-01-001": 18500}, reason: matching.ReasonExact},
	"TXN-01-002": {outcome: matching.Apply, paid: map[string]float64{"INV-01-002": 18000, "INV-01-003": 24000}, reason: matching.ReasonExact},
	"TXN-01-003": {outcome: matching.Apply, paid: map[string]float64{"INV-01-004": 31850}, discount: 650, reason: matching.ReasonDiscount},
	"TXN-01-004": {outcome: matching.Apply, paid: map[string]float64{"INV-01-005": 9975}, writeOff: 25, kind: matching.BankCharge},
	"TXN-01-005": {outcome: matching.Propose, paid: map[string]float64{"INV-01-006": 55000}, reason: matching.ReasonAmount},
	"TXN-01-006": {outcome: matching.Apply, paid: map[string]float64{"INV-01-007": 27300}, reason: matching.ReasonOrder},
	"TXN-01-007": {outcome: matching.Apply, paid: map[string]float64{"INV-01-008": 13400}, residual: 13400, reason: matching.ReasonInstalment},
	"TXN-01-008": {outcome: matching.Apply, paid: map[string]float64{"INV-01-009": 8750}},

	"TXN-02-001": {outcome: matching.Apply, paid: map[string]float64{"INV-02-001": 39200}, discount: 800, reason: matching.ReasonDiscount},
	"TXN-02-002": {outcome: matching.Apply, paid: map[string]float64{"INV-02-002": 47500}, claim: 2500},
	"TXN-02-003": {outcome: matching.Apply, paid: map[string]float64{"INV-02-003": 28750}, claim: 1250},
	"TXN-02-004": {outcome: matching.Apply, paid: map[string]float64{"INV-02-004": 62000}, claim: 3000},
	"TXN-02-005": {outcome: matching.Apply, paid: map[string]float64{"INV-02-005": 33500}, residual: 1500, reason: matching.ReasonResidual},
	"TXN-02-006": {outcome: matching.Apply, paid: map[string]float64{"INV-02-006": 19800}, claim: 2000},
	"TXN-02-007": {outcome: matching.Apply, paid: map[string]float64{"INV-02-007": 25840}, claim: 160, reason: matching.ReasonDiscountLate},
	"TXN-02-008": {outcome: matching.Apply, paid: map[string]float64{"INV-02-008": 44000}, claim: 2000},
	"TXN-02-009": {outcome: matching.Apply, paid: map[string]float64{"INV-02-009": 15000}},

	"TXN-03-001": {outcome: matching.Hold, paid: map[string]float64{"INV-03-001": 125000}, reason: matching.ReasonCustomerHeld},
	"TXN-03-002": {outcome: matching.Propose, paid: map[string]float64{"INV-03-002": 48000}, reason: matching.ReasonDisputed},
	"TXN-03-003": {outcome: matching.Propose, paid: map[string]float64{"INV-03-003": 72000}, reason: matching.ReasonNotOurs},
	"TXN-03-004": {outcome: matching.Hold, paid: map[string]float64{"INV-03-004": 33500}, reason: matching.ReasonItemHeld},
	"TXN-03-005": {outcome: matching.Returned, reason: matching.ReasonReturned},
	"TXN-03-006": {outcome: matching.Apply, paid: map[string]float64{"INV-03-006": 29750}},

	"TXN-04-001": {outcome: matching.Apply, owner: "CUST-04-P01", paid: map[string]float64{"INV-04-001": 85000}, reason: matching.ReasonAgreement},
	"TXN-04-002": {outcome: matching.Apply, owner: "CUST-04-002", paid: map[string]float64{"INV-04-002": 31000, "INV-04-003": 25000}, reason: matching.ReasonAlias},
	"TXN-04-003": {outcome: matching.Propose, paid: map[string]float64{"INV-04-004": 41200}, offset: 26800, reason: matching.ReasonNetting},
	"TXN-04-004": {outcome: matching.Apply, owner: "CUST-04-P02", paid: map[string]float64{"INV-04-005": 32500}, reason: matching.ReasonAgreement},
	"TXN-04-005": {outcome: matching.Apply, owner: "CUST-04-006", paid: map[string]float64{"INV-04-006": 19800}, reason: matching.ReasonAlias},
	"TXN-04-006": {outcome: matching.Apply, owner: "CUST-04-007", paid: map[string]float64{"INV-04-007": 47250}, reason: matching.ReasonAlias},
	"TXN-04-007": {outcome: matching.Apply, paid: map[string]float64{"INV-04-008": 28000}},

	"TXN-05-001": {outcome: matching.Apply, paid: map[string]float64{"INV-05-001": 54000}, reason: matching.ReasonStatedRate},
	"TXN-05-002": {outcome: matching.Apply, paid: map[string]float64{"INV-05-002": 38145}, reason: matching.ReasonStatedRateOff},
	"TXN-05-003": {outcome: matching.Propose, paid: map[string]float64{"INV-05-003": 29600}, residual: 100, reason: matching.ReasonRateDifference},
	"TXN-05-004": {outcome: matching.Apply, paid: map[string]float64{"INV-05-004": 22200}},
	"TXN-05-005": {outcome: matching.Apply, paid: map[string]float64{"INV-05-005": 48600, "INV-05-006": 37800}},
	"TXN-05-006": {outcome: matching.Apply, paid: map[string]float64{"INV-05-007": 25405}, writeOff: 25, kind: matching.BankCharge},
	"TXN-05-007": {outcome: matching.Apply, paid: map[string]float64{"INV-05-008": 67500}},
}

func TestSamplesOfCashApplication(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(sharedData(t), "cash-application")
	rules := matching.DefaultRules()
	rules.NotOurs = []string{"Global Imports North LLC"}
	book := matching.Compile(rules)
	rates := []money.DatedRate{{Base: "GBP", Quote: "USD", ValidOn: calendar.MustDate("2024-07-01"), Rate: "1.27", Source: "test"}}
	env := matching.Env{Rates: func(from, to money.Currency, on calendar.Date) (money.DatedRate, error) {
		return money.RateOn(rates, from, to, on)
	}}
	seen := 0
	for _, number := range []string{"01", "02", "03", "04", "05"} {
		var books sampleBooks
		var statement sampleStatement
		readJSON(t, filepath.Join(dir, "sample-"+number+"-open_ar.json"), &books)
		readJSON(t, filepath.Join(dir, "sample-"+number+"-bank_statement.json"), &statement)
		index := sampleIndex(t, books)
		for _, txn := range statement.Transactions {
			want, known := samples[txn.ID]
			require.True(t, known, txn.ID)
			seen++
			r := matching.Receipt{
				ID: idOf(txn.ID), Minor: cents(txn.Amount), Currency: money.Currency(txn.Currency), ValueOn: calendar.MustDate(txn.Date),
				Payer: remittance.Party{Name: txn.Payer}, Reference: txn.Bank, Texts: []string{txn.Text},
			}
			if txn.Type == "ACH_RETURN" {
				r.Kind = matching.Return
			}
			found := index.Find(matching.Keys(r))
			want.holds(t, txn.ID, r, found, matching.Match(r, found, book, env))
		}
	}
	require.Equal(t, len(samples), seen)
}

func (want expectation) holds(t *testing.T, name string, r matching.Receipt, found matching.Candidates, got matching.Result) {
	t.Helper()
	require.Equal(t, want.outcome, got.Outcome, "%s: %+v", name, got)
	for _, p := range got.Proposals {
		require.NoError(t, p.Check(r, found.Items), name)
		require.Equal(t, want.outcome == matching.Apply && p.Score == got.Proposals[0].Score, p.Automatic, name)
	}
	codes := codesOf(got.Why)
	if len(got.Proposals) == 0 {
		require.Empty(t, want.paid, name)
		require.Contains(t, codes, want.reason, name)
		return
	}
	p := got.Proposals[0]
	codes = append(codes, append(codesOf(p.Reasons), codesOf(p.Stops)...)...)
	if want.reason != "" {
		require.Contains(t, codes, want.reason, name)
	}
	if want.owner != "" {
		require.Equal(t, idOf(want.owner), p.CustomerID, name)
	}
	paid := map[uuid.UUID]int64{}
	var discount, writeOff, claim, residual, offset int64
	for _, a := range p.Applications {
		paid[a.ItemID] = a.ItemMinor
		discount += a.DiscountMinor
	}
	for number, major := range want.paid {
		require.Equal(t, cents(major), paid[idOf(number)], "%s: %s", name, number)
	}
	require.Len(t, paid, len(want.paid), name)
	for _, w := range p.WriteOffs {
		writeOff += w.Minor
		require.Equal(t, want.kind, w.Kind, name)
	}
	for _, c := range p.Claims {
		claim += c.Minor
		require.NotEmpty(t, c.Words+c.Reason+c.Reference, name)
	}
	for _, s := range p.Residuals {
		residual += s.Minor
	}
	for _, o := range p.Offsets {
		offset += o.Minor
	}
	require.Equal(t, []int64{cents(want.discount), cents(want.writeOff), cents(want.claim), cents(want.residual), cents(want.offset), cents(want.onAccount)},
		[]int64{discount, writeOff, claim, residual, offset, p.OnAccountMinor}, "%s: discount, write-off, claim, residual, offset, on account", name)
}

func codesOf(list []matching.Reason) []string {
	codes := make([]string, 0, len(list))
	for _, r := range list {
		codes = append(codes, r.Code)
	}
	return codes
}

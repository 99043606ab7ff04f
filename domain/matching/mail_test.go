package matching_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/matching"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
)

// mailIndex reads the customers and open invoices of the samples of mails.
func mailIndex(t *testing.T, dir string) *matching.Index {
	t.Helper()
	var customers []matching.Customer
	for _, row := range rowsOf(t, filepath.Join(dir, "customers.csv")) {
		customers = append(customers, matching.Customer{ID: idOf(row[0]), Number: row[0], Name: row[1], Aliases: strings.Split(row[2], "|")})
	}
	var items []matching.Item
	for _, row := range rowsOf(t, filepath.Join(dir, "invoices.csv")) {
		amount, err := money.Parse(row[5], "USD")
		require.NoError(t, err)
		i := matching.Item{
			ID: idOf(row[0]), InvoiceID: some(idOf("invoice " + row[0])), CustomerID: idOf(row[1]), Kind: receivable.Instalment, Number: row[0],
			Order: row[2], InvoicedOn: calendar.MustDate(row[3]), DueOn: calendar.MustDate(row[4]), Currency: "USD",
			OriginalMinor: amount.Minor(), OpenMinor: amount.Minor(),
		}
		if row[6] == "paid" {
			i.OpenMinor = 0
		}
		items = append(items, i)
	}
	return matching.NewIndex(customers, items, nil, nil)
}

func rowsOf(t *testing.T, path string) [][]string {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	rows, err := csv.NewReader(strings.NewReader(string(raw))).ReadAll()
	require.NoError(t, err)
	return rows[1:]
}

// textOf returns a sample's words without those of its head that a parser turns into fields.
func textOf(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	var kept []string
	for line := range strings.Lines(string(raw)) {
		key, _, found := strings.Cut(line, ":")
		if found && slices.Contains([]string{"Invoices", "PO", "Memo", "Account", "Deduction"}, key) {
			kept = append(kept, strings.TrimSpace(line))
		}
	}
	require.NotEmpty(t, kept)
	return strings.Join(kept, "\n")
}

func TestSamplesOfMails(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(sharedData(t), "remittance", "mail")
	index := mailIndex(t, dir)
	receipt := func(payer string, minor int64, file string) matching.Receipt {
		r := matching.Receipt{ID: idOf(file), Minor: minor, Currency: "USD", ValueOn: calendar.MustDate("2026-09-18"), Payer: remittance.Party{Name: payer}}
		if file != "" {
			r.Texts = []string{textOf(t, filepath.Join(dir, file))}
		}
		return r
	}
	exact := receipt("NORTHWIND RETAIL CO", 425_000, "1_exact_lockbox.txt")
	multi := receipt("VERTEX MANUFACTURING LLC", 1_105_000, "")
	multi.Customer = "VM-30881"
	multi.Lines = []remittance.Line{lineOf("INV-10530", 890_000), lineOf("INV-10531", 215_000)}
	multi.Lines[0].Order, multi.Lines[1].Order = "VM-77421", "VM-77455"
	damage := receipt("Cascade Health Systems", 1_124_000, "3_short_damage_email.eml")
	over := receipt("PINNACLE GROCERS INC.", 610_000, "4_overpay_lockbox.txt")
	for _, s := range []struct {
		r     matching.Receipt
		want  expectation
		claim string
	}{
		{r: exact, want: expectation{outcome: matching.Apply, owner: "NW-10042", paid: map[string]float64{"INV-10481": 4250}, reason: matching.ReasonExact}},
		{r: multi, want: expectation{outcome: matching.Apply, owner: "VM-30881", paid: map[string]float64{"INV-10530": 8900, "INV-10531": 2150}, reason: matching.ReasonLines}},
		{r: damage, want: expectation{outcome: matching.Apply, owner: "CH-22018", paid: map[string]float64{"INV-10510": 11240}, claim: 1240}, claim: "damaged cartons"},
		{r: over, want: expectation{outcome: matching.Apply, owner: "PG-44102", paid: map[string]float64{"INV-10550": 5600}, onAccount: 500, reason: matching.ReasonOverpaid}},
	} {
		found := index.Find(matching.Keys(s.r))
		got := matching.Match(s.r, found, nil, matching.Env{})
		s.want.holds(t, s.want.owner, s.r, found, got)
		if s.claim != "" {
			require.Contains(t, got.Proposals[0].Claims[0].Words, s.claim)
		}
	}
}

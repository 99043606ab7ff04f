package app_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
)

// The same file gives the same books, quarantine and report in however many transactions at the same time it is loaded.
func TestImportInPartsIsTheSame(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		file := mixedFile(rand.New(rand.NewPCG(seed, 7)), 2600)
		var first [2]app.ImportReport
		var books []string
		for _, parts := range []int{1, 4} {
			l := newLoader(t)
			once := l.with(app.NewImport{File: strings.NewReader(file)}.InParts(parts))
			twice := l.with(app.NewImport{File: strings.NewReader(file)}.InParts(parts))
			once.DurationMS, twice.DurationMS = 0, 0
			if parts == 1 {
				first, books = [2]app.ImportReport{once, twice}, l.books()
				require.Positive(t, once.Accepted)
				require.Positive(t, once.Refused)
				require.Positive(t, once.Suspicious)
				continue
			}
			require.Equal(t, first, [2]app.ImportReport{once, twice})
			for i, table := range l.books() {
				require.Equal(t, strings.Split(books[i], "|"), strings.Split(table, "|"))
			}
		}
	}
}

// mixedFile has rows that come twice, the same or with other content, several customers of one name, customers with several
// names, rows without a number, rows that cannot be read, paid and disputed ones.
func mixedFile(r *rand.Rand, rows int) string {
	var text strings.Builder
	text.WriteString(ownHeader)
	var lines []string
	for i := range rows {
		customer := r.IntN(300)
		name := fmt.Sprintf("Customer %d", customer/(1+r.IntN(20)/18))
		line := inv(fmt.Sprintf("R%d", i), fmt.Sprintf("C%d", customer), fmt.Sprintf("%d.00", 10+r.IntN(50)), "customer_name", name)
		switch r.IntN(12) {
		case 0:
			line = inv("", fmt.Sprintf("C%d", customer), "5.00")
		case 1:
			if i > 0 {
				line = lines[r.IntN(i)]
			}
		case 2:
			line = inv(fmt.Sprintf("R%d", r.IntN(i+1)), fmt.Sprintf("C%d", r.IntN(300)), "77.00")
		case 3:
			line = inv(fmt.Sprintf("R%d", i), fmt.Sprintf("C%d", customer), "20.00", "settled_date", "2026-02-20")
		case 4:
			line = inv(fmt.Sprintf("R%d", i), fmt.Sprintf("C%d", customer), "30.00", "open_amount", "12.50", "disputed", "yes")
		case 5:
			line = inv(fmt.Sprintf("R%d", i), fmt.Sprintf("C%d", customer), "not a number")
		case 6:
			line = inv(fmt.Sprintf("R%d", i), "", "9.00", "customer_name", name, "due_date", "2026-02-10")
		}
		lines = append(lines, line)
		text.WriteString(line)
	}
	return text.String()
}

// books are what a load wrote, without ids and versions.
func (l *loader) books() []string {
	l.t.Helper()
	var parts []string
	for _, sql := range []string{
		`SELECT string_agg(concat_ws(' ', source, number, name, currency, time_zone), '|' ORDER BY number) FROM customers`,
		`SELECT string_agg(concat_ws(' ', v.number, c.number, invoice_date, v.currency, amount_minor, v.state), '|' ORDER BY v.number)
		   FROM invoices v JOIN customers c ON c.id = v.customer_id`,
		`SELECT string_agg(concat_ws(' ', v.number, i.seq, due_date, original_minor, paid_minor, open_minor, disputed_minor), '|' ORDER BY v.number, i.seq)
		   FROM items i JOIN invoices v ON v.id = i.invoice_id`,
		`SELECT string_agg(concat_ws(' ', number, value_date, amount_minor, applied_minor), '|' ORDER BY number) FROM receipts`,
		`SELECT string_agg(concat_ws(' ', v.number, d.amount_minor), '|' ORDER BY v.number) FROM dispute_flags d JOIN invoices v ON v.id = d.invoice_id`,
		`SELECT string_agg(concat_ws(' ', v.number, k.state, k.next_action, k.decisions), '|' ORDER BY v.number) FROM cases k JOIN invoices v ON v.id = k.id`,
		`SELECT string_agg(concat_ws(' ', v.number, first_action, start_at IS NULL), '|' ORDER BY v.number) FROM nudges n JOIN invoices v ON v.id = n.subject_id`,
		`SELECT string_agg(concat_ws(' ', line, field, code, message, severity, left(encode(fingerprint, 'hex'), 8)), '|' ORDER BY line, fingerprint) FROM quarantine`,
		`SELECT string_agg(action || ' ' || n, '|' ORDER BY action) FROM (SELECT action, count(*) AS n FROM audit_entries GROUP BY action) a`,
	} {
		parts = append(parts, l.text(`SELECT coalesce((`+sql+`), '')`))
	}
	return parts
}

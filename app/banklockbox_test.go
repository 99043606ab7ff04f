package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/receivable"
	"arrears/port"
)

// lockbox writes a file of one lockbox's day, 2 March 2026; each cheque pays the invoice of its amount.
func lockbox(number string, batches ...[]int64) string {
	const on = "260302"
	var b strings.Builder
	var records, cheques, total int64
	say := func(format string, args ...any) {
		records++
		fmt.Fprintf(&b, format+"\n", args...)
	}
	say("100ACMEDESTIN0121000001%s0600", on)
	say("2ACMEDESTIN0121000001000000000040008000801")
	for n, batch := range batches {
		var sum int64
		say("5%03d000%s%sACMEDESTIN0121000001", n+1, number, on)
		for i, minor := range batch {
			say("6%03d%03d%010d0121000001%09d%010d000000%-30s%-30s", n+1, i+1, minor, 4440+i, 777+i, "Nordwind K-1", "ACME")
			say("4%03d%03d6019R-%d", n+1, i+1, minor)
			sum += minor
		}
		say("7%03d000%s%s%03d%010d", n+1, number, on, len(batch), sum)
		total, cheques = total+sum, cheques+int64(len(batch))
	}
	say("80000000%s%s%04d%010d", number, on, cheques, total)
	say("9%06d", records+1)
	return strings.Replace(b.String(), "80000000"+number, "8000000"+number, 1)
}

// dollars is a file in the currency of a lockbox.
func dollars(file string) string { return strings.ReplaceAll(file, "EUR", "USD") }

// owedDollars is an invoice in the currency of a lockbox.
func (v *vault) owedDollars(number string, minor int64) receivable.Invoice {
	v.t.Helper()
	got, err := v.app.CreateInvoice(v.t.Context(), v.supervisor, app.NewInvoice{
		Number: number, CustomerID: v.customer.ID, InvoiceDate: day("2026-02-01"), Currency: "USD", AmountMinor: minor,
		Instalments: []receivable.InstalmentPart{{DueDate: day("2026-02-15"), AmountMinor: minor}},
	})
	require.NoError(v.t, err)
	return got
}

// A lockbox's cheques and the statement's deposits of them are one money, whichever comes first.
func TestALockboxAndItsDeposit(t *testing.T) {
	t.Parallel()
	deposit := func(minor int64, text string) string {
		return mt940("MAIN", 1, day("2026-03-03"), 0, entry{minor: minor, ref: "D" + text[:2], text: text})
	}
	for name, c := range map[string]struct {
		statements []string
		claimed    int64
	}{
		"the day":       {[]string{deposit(800_00, "LOCKBOX 0001234 DEPOSIT")}, 3},
		"by its number": {[]string{deposit(800_00, "DEPOSIT 0001234")}, 3},
		"its batches": {[]string{mt940("MAIN", 1, day("2026-03-03"), 0,
			entry{minor: 300_00, ref: "D1", text: "LOCK BOX 1"}, entry{minor: 500_00, ref: "D2", text: "LOCK BOX 2"})}, 3},
		"in two channels": {[]string{
			deposit(800_00, "LOCKBOX 0001234"), sheet{kind: "053", account: "MAIN", to: "2026-03-03", list: []entry{{minor: 800_00, ref: "DLO", text: "LOCKBOX"}}}.String(),
		}, 3},
	} {
		for _, first := range []bool{false, true} {
			v := openVault(t)
			v.confirm("0001234")
			v.confirm("MAIN")
			for _, minor := range []int64{100_00, 200_00, 500_00} {
				v.owedDollars(fmt.Sprintf("R-%d", minor), minor)
			}
			files := append([]string{lockbox("0001234", []int64{100_00, 200_00}, []int64{500_00})}, c.statements...)
			if first {
				files = append(slices.Clone(c.statements), files[0])
			}
			for n, content := range append(files, files[0]+"\n") {
				f := v.load(dollars(content))
				t.Logf("%s, file %d: %+v", name, n, f.Counts)
			}
			require.Equal(t, int64(800_00), v.number(`SELECT sum(gross_minor)::bigint FROM receipts WHERE state = 'recorded'`), "%s %t", name, first)
			require.Zero(t, v.number(`SELECT count(*) FROM items WHERE open_minor > 0`), "%s %t", name, first)
			require.Equal(t, c.claimed, v.number(`SELECT count(*) FROM bank_deposits WHERE entry_id IS NOT NULL`), "%s %t", name, first)
			require.Empty(t, v.exceptions(port.ExceptionReceipt), "%s %t", name, first)
			v.proven(v.account("0001234"))
			v.proven(v.account("MAIN"))
			v.moneyLaws()
		}
	}
}

// Money of the same sum that does not say that it is the deposit waits for a person; so does a deposit that was applied.
func TestWhatMayBeADeposit(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	v.confirm("0001234")
	v.confirm("MAIN")
	owed := v.owedDollars("R-1001", 300_00)
	box := lockbox("0001234", []int64{100_00, 200_00})
	v.load(box)
	f := v.load(dollars(mt940("MAIN", 1, day("2026-03-03"), 0, entry{minor: 300_00, ref: "D1", text: "Nordwind K-1 R-1001"})))
	require.Zero(t, f.Counts.Applied)
	var doubted []port.CashException
	for _, e := range v.exceptions(port.ExceptionReceipt) {
		if e.Stop == "lockbox_deposit" {
			doubted = append(doubted, e)
		}
	}
	require.Len(t, doubted, 1)
	require.Contains(t, doubted[0].Why, "lockbox_deposit")
	v.amounts(owed.Items[0], 0, 0, 0, 0, 300_00, 0)
	v.confirm("OTHER")
	require.Equal(t, port.BankFileDone, v.goOn(f.ID).State, "nothing but a person settles it")

	other := openVault(t)
	other.confirm("0001234")
	other.confirm("MAIN")
	paid := other.owedDollars("R-1001", 300_00)
	other.load(dollars(mt940("MAIN", 1, day("2026-03-03"), 0, entry{minor: 300_00, ref: "D1", text: "LOCKBOX Nordwind K-1 R-1001"})))
	other.amounts(paid.Items[0], 300_00, 0, 0, 0, 0, 0)
	other.load(box)
	missing := other.exceptions(port.ExceptionMissing)
	require.Len(t, missing, 1)
	require.Equal(t, []string{"lockbox_deposit"}, missing[0].Why)
	require.Equal(t, receivable.ReceiptRecorded, other.receipt(missing[0].ReceiptID.UUID).State)
	require.NotEqual(t, uuid.Nil, missing[0].EntryID.UUID)
}

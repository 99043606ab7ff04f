package app_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/receivable"
	"arrears/domain/remittance"
	"arrears/port"
)

// A payment of a day that another channel has told, and that is none of that one's, may count twice: it waits for a person.
func TestAnotherChannelContradicts(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	v.confirm("X")
	one, two := v.owed("R-1001", 400_00), v.owed("R-1002", 400_00)
	f := v.load(sheet{kind: "053", account: "X", list: []entry{{minor: 400_00, ref: "B1", by: "Nordwind K-1", text: "R-1001"}}}.String())
	require.EqualValues(t, 1, f.Counts.Applied)
	on := day("2026-03-02")
	f = v.load(mt940("X", 7, on, 0, entry{minor: 400_00, ref: "M1", text: "Nordwind K-1 R-1002"}))
	require.Equal(t, [3]int64{1, 0, 1}, [3]int64{f.Counts.Credits, f.Counts.Applied, f.Counts.Alarms})
	require.Equal(t, []string{"bank_statement.contradicts"}, v.problems(f.ID))
	require.Len(t, v.exceptions(port.ExceptionAlarm), 1)
	v.amounts(two.Items[0], 0, 0, 0, 0, 400_00, 0)
	require.Zero(t, v.load(mt940("X", 7, on, 0, entry{minor: 400_00, ref: "M1", text: "Nordwind K-1 R-1002"})+"\n").Counts.Credits)

	s := v.statements(f.ID)[0]
	_, err := v.app.OverrideStatement(t.Context(), v.supervisor, s.ID, "the bank forgot it in the other channel")
	require.NoError(t, err)
	v.goOn(f.ID)
	require.Empty(t, v.exceptions(port.ExceptionAlarm))
	require.Equal(t, [2]int64{2, 800_00}, v.books("X"))
	v.amounts(one.Items[0], 400_00, 0, 0, 0, 0, 0)
	v.moneyLaws()
}

// The same channel that tells the same balances in other references is as doubtful.
func TestAStatementInOtherReferences(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	v.confirm("X")
	at := func(ref string) string {
		return sheet{kind: "053", account: "X", seq: 4, open: balanceAt(0), close: balanceAt(100_00), list: []entry{{minor: 100_00, ref: ref}}}.String()
	}
	v.load(at("B1"))
	f := v.load(at("B2"))
	require.Equal(t, []string{"bank_statement.contradicts"}, v.problems(f.ID))
	require.Equal(t, "alarm", v.statements(f.ID)[0].Proof)
}

// A sum that waits gives way to its details, in as many batches as they take; one that a person has given to somebody stays.
func TestDetailsTakeThePlaceOfTheirSum(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	v.confirm("X")
	sum := entry{ref: "COLL", parts: nil}
	details := entry{ref: "COLL", e2e: "P", by: "Nordwind K-1"}
	for n := range 70 {
		details.parts = append(details.parts, int64(100_00+n))
		details.minor += int64(100_00 + n)
		v.owed(fmt.Sprintf("R-%04d", n), int64(100_00+n))
	}
	sum.minor = details.minor
	f := v.load(sheet{kind: "053", account: "X", list: []entry{sum}}.String())
	require.EqualValues(t, 1, f.Counts.Unidentified)
	waiting := v.exceptions(port.ExceptionReceipt)
	require.Len(t, waiting, 1)

	f = v.load(sheet{kind: "054", account: "X", list: []entry{details}}.String())
	require.Equal(t, [2]int64{70, 0}, [2]int64{f.Counts.Credits, f.Counts.Known})
	require.Equal(t, [2]int64{1, details.minor}, v.books("X"))
	r := v.receipt(waiting[0].ReceiptID.UUID)
	require.Equal(t, receivable.ReceiptReversed, r.State)
	require.Zero(t, v.number(`SELECT count(*) FROM cash_exceptions WHERE receipt_id = $1 AND state = 'open'`, r.ID))
	require.Equal(t, int64(70), v.number(`SELECT count(*) FROM bank_entries WHERE final_by IS NOT NULL AND early_by IS NOT NULL AND outcome <> 'detailed'`))
	for _, again := range []string{
		sheet{kind: "053", account: "X", list: []entry{sum}, suffix: "\n"}.String(), sheet{kind: "054", account: "X", list: []entry{details}, suffix: "\n"}.String(),
		sheet{kind: "053", account: "X", list: []entry{details}}.String(),
	} {
		require.Zero(t, v.load(again).Counts.Credits)
	}
	require.Equal(t, [2]int64{1, details.minor}, v.books("X"))

	// Whose it is was said: it stays one payment.
	other := entry{minor: 300_00, ref: "SUM2"}
	v.load(sheet{kind: "053", account: "X", to: "2026-03-03", list: []entry{other}}.String())
	id := v.number(`SELECT count(*) FROM receipts`)
	_, err := v.conn.Exec(t.Context(), `UPDATE receipts SET customer_id = (SELECT id FROM customers LIMIT 1) WHERE gross_minor = 30000 AND state = 'recorded'`)
	require.NoError(t, err)
	other.e2e, other.by, other.parts = "Q", "Nordwind K-1", []int64{100_00, 200_00}
	f = v.load(sheet{kind: "054", account: "X", to: "2026-03-03", list: []entry{other}}.String())
	require.Equal(t, [2]int64{0, 2}, [2]int64{f.Counts.Credits, f.Counts.Known})
	require.Equal(t, id, v.number(`SELECT count(*) FROM receipts`))
	v.moneyLaws()
}

// A deletion of many payments takes all of them away, in several transactions.
func TestADeletionOfManyPayments(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	on := day("2026-03-02")
	var list []entry
	for n := range 510 {
		list = append(list, entry{minor: int64(1_00 + n), ref: fmt.Sprintf("B%d", n)})
	}
	v.load(bai2("D", 1, on, list...))
	f := v.load(bai2("D", 2, on, list...))
	require.EqualValues(t, 510, f.Counts.Gone)
	require.Zero(t, v.books(v.keyLike("D"))[0])
	require.Equal(t, int64(1), v.number(`SELECT count(*) FROM bank_statements WHERE replaced_by IS NOT NULL`))
}

// Somebody confirms the account while the load looks for the last time: what it passed by is looked at again before it ends.
func TestAnAccountIsConfirmedWhileItsFileEnds(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	f := v.receiveFile(v.many("Z", 60))
	calls := 0
	require.NoError(t, v.app.LoadBankFile(t.Context(), f.ID, func() {
		if v.number(`SELECT position FROM bank_files WHERE id = $1`, f.ID) < 60 {
			return
		}
		if calls++; calls == 3 { // the end of the statement, the first fifty, and now the rest
			_, err := v.app.ConfirmBankAccount(t.Context(), v.supervisor, remittance.Account{Other: "Z"})
			require.NoError(t, err)
		}
	}))
	require.Greater(t, calls, 3)
	f = v.goOn(f.ID)
	require.EqualValues(t, 20, f.Counts.Applied)
	require.Zero(t, v.number(`SELECT count(*) FROM cash_exceptions WHERE stop <> '' AND state = 'open'`))
	v.recorded(f.ID, "bank_file.received", "bank_file.loaded")
	v.moneyLaws()
}

// A return that stands before its payment finds it all the same.
func TestAReturnBeforeItsPaymentInTheFile(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	v.confirm("X")
	owed := v.owed("R-1001", 400_00)
	paid := entry{minor: 400_00, ref: "B1", e2e: "E-2026-1", by: "Nordwind K-1", text: "R-1001"}
	back := paid
	back.minor, back.ref, back.ret = -400_00, "B2", "AC04"
	f := v.load(sheet{kind: "053", account: "X", list: []entry{back, paid}}.String())
	require.EqualValues(t, 1, f.Counts.Returned)
	v.amounts(owed.Items[0], 0, 0, 0, 0, 400_00, 0)
	v.moneyLaws()
}

package app_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// An account that nobody has confirmed pays nothing by itself; once it is, what is certain is applied.
func TestMoneyOnAnAccountThatNobodyConfirmed(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	owed := v.owed("R-1001", 400_00)
	content := sheet{kind: "053", account: "OURS", open: balanceAt(0), close: balanceAt(400_00), list: []entry{
		{minor: 400_00, ref: "B1", by: "Nordwind K-1", text: "R-1001"},
	}}.String()
	f := v.load(content)
	require.Zero(t, f.Counts.Applied)
	require.EqualValues(t, 1, f.Counts.Credits)
	require.Len(t, v.exceptions(port.ExceptionAccount), 1)
	require.Equal(t, int64(400_00), v.reserved(), "it holds the notices all the same")

	v.confirm("OURS")
	require.Empty(t, v.exceptions(port.ExceptionAccount))
	f = v.goOn(f.ID)
	require.Equal(t, [2]int64{1, 0}, [2]int64{f.Counts.Applied, f.Counts.Proposed})
	v.amounts(owed.Items[0], 400_00, 0, 0, 0, 0, 0)
	require.Equal(t, f.ID, v.receiveFile(content).ID, "the same bytes are the same file")
	require.Equal(t, "proven", v.statements(f.ID)[0].Proof)
	v.books("OURS")
	v.moneyLaws()
}

// A statement that contradicts itself is recorded, and nothing of it is applied until somebody says why it is to be believed.
func TestAStatementThatContradictsItself(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	owed := v.owed("R-1001", 400_00)
	v.confirm("OURS")
	f := v.load(sheet{kind: "053", account: "OURS", open: balanceAt(0), close: balanceAt(400_01), list: []entry{
		{minor: 400_00, ref: "B1", by: "Nordwind K-1", text: "R-1001"},
	}}.String())
	require.Zero(t, f.Counts.Applied)
	require.EqualValues(t, 1, f.Counts.Alarms)
	s := v.statements(f.ID)[0]
	require.Equal(t, "alarm", s.Proof)
	require.Len(t, v.exceptions(port.ExceptionAlarm), 1)
	v.amounts(owed.Items[0], 0, 0, 0, 0, 400_00, 0)
	v.refuses(access.CodeForbidden, func(ctx context.Context) error {
		_, err := v.app.OverrideStatement(ctx, clerkOne, s.ID, "the bank says so")
		return err
	})
	v.refuses("receivable.invalid", func(ctx context.Context) error {
		_, err := v.app.OverrideStatement(ctx, v.supervisor, s.ID, "")
		return err
	})
	_, err := v.app.OverrideStatement(t.Context(), v.supervisor, s.ID, "the bank says so")
	require.NoError(t, err)
	f = v.goOn(f.ID)
	require.EqualValues(t, 1, f.Counts.Applied)
	v.amounts(owed.Items[0], 400_00, 0, 0, 0, 0, 0)
	require.Empty(t, v.exceptions(port.ExceptionAlarm))
	v.refuses("bank_statement.no_alarm", func(ctx context.Context) error {
		_, err := v.app.OverrideStatement(ctx, v.supervisor, s.ID, "again")
		return err
	})
	v.books("OURS")
	v.moneyLaws()
}

// A correction changes, adds and drops; what it drops is a person's to reverse. What is told again is there again.
func TestACorrectionAndADeletion(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	on := day("2026-03-02")
	a, b, c := entry{minor: 100_00, ref: "BA"}, entry{minor: 200_00, ref: "BB"}, entry{minor: 300_00, ref: "BC"}
	changed, added := entry{minor: 250_00, ref: "BB"}, entry{minor: 50_00, ref: "BD"}
	original := bai2("A", 1, on, a, b, c)
	v.load(original)
	key := v.keyLike("A")
	f := v.load(bai2("A", 3, on, a, changed, added))
	require.EqualValues(t, 2, f.Counts.Gone)
	require.EqualValues(t, 1, f.Counts.Known)
	require.Equal(t, [2]int64{3, 400_00}, v.books(key))
	missing := v.exceptions(port.ExceptionMissing)
	require.Len(t, missing, 2)
	require.Equal(t, receivable.ReceiptRecorded, v.receipt(missing[0].ReceiptID.UUID).State)

	// The original once more, later: it is stopped, and what the correction took away does not come back by it.
	f = v.load(original + "\n")
	require.Contains(t, v.problems(f.ID), "bank_statement.corrected")
	require.Equal(t, "alarm", v.statements(f.ID)[0].Proof)
	require.Equal(t, [2]int64{3, 400_00}, v.books(key))

	v.load(bai2("A", 3, on, a, c, changed, added))
	require.Equal(t, [2]int64{4, 700_00}, v.books(key))
	require.Len(t, v.exceptions(port.ExceptionMissing), 1, "one of them is there again")

	f = v.load(bai2("A", 2, on, a, c, changed, added))
	require.EqualValues(t, 4, f.Counts.Gone)
	require.Zero(t, v.books(key)[0])
	require.Equal(t, int64(5), v.number(`SELECT count(*) FROM receipts WHERE state = 'recorded'`))
	v.moneyLaws()
}

// A correction that comes before what it corrects: the original pays nothing by itself.
func TestACorrectionBeforeItsOriginal(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	v.load(bai2("A", 3, day("2026-03-02"), entry{minor: 120_00, ref: "BA"}))
	f := v.load(bai2("A", 1, day("2026-03-02"), entry{minor: 100_00, ref: "BA"}))
	require.Zero(t, f.Counts.Applied)
	require.Len(t, v.exceptions(port.ExceptionAlarm), 1)
}

func TestWhatRecordsNoMoney(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	f := v.load(bai2("T", 4, day("2026-03-02"), entry{minor: 100_00, ref: "BA"}))
	require.Zero(t, f.Counts.Credits, "a test")
	require.Empty(t, v.exceptions(port.ExceptionAccount))
	f = v.load(bai2("T", 1, day("2026-03-02"), entry{minor: 100_00, ref: "BA"}))
	require.EqualValues(t, 1, f.Counts.Credits)
	require.Len(t, v.exceptions(port.ExceptionAccount), 1, "the test has asked nobody")
	f = v.load(sheet{kind: "052", account: "P", list: []entry{{minor: 100_00, status: "PDNG"}, {minor: 0, ref: "Z"}}}.String())
	require.EqualValues(t, 2, f.Counts.Uncounted)
	require.Equal(t, int64(1), v.number(`SELECT count(*) FROM receipts`))
}

// What cannot be read is refused as a whole and says where; what cannot be reached says nothing of itself.
func TestARefusedFileAndAFileThatIsGone(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	f := v.goOn(v.receiveFile(`<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>`).ID)
	require.Equal(t, port.BankFileRefused, f.State)
	require.Regexp(t, `^remittance\.`, f.RefusedCode)
	require.Contains(t, f.RefusedText, "line 1")
	require.Zero(t, v.number(`SELECT count(*) FROM bank_statements`))
	v.recorded(f.ID, "bank_file.received", "bank_file.refused")

	for content, code := range map[string]string{"": "bank_file.empty", "hello": "remittance.unknown_format"} {
		_, err := v.app.ReceiveBankFile(t.Context(), clerkOne, app.NewBankFile{Filename: "x", Source: "api", Content: strings.NewReader(content)})
		require.Equal(t, code, fault.CodeOf(err))
	}
	content := sheet{kind: "053", account: "A", list: []entry{{minor: 100, ref: "B"}}}.String()
	lost := v.receiveFile(content)
	require.NoError(t, v.files.Delete(t.Context(), lost.SHA256))
	err := v.app.LoadBankFile(t.Context(), lost.ID, func() {})
	require.Equal(t, receivable.CodeFileMissing, fault.CodeOf(err))
	require.Equal(t, lost.ID, v.receiveFile(content).ID)
	require.Equal(t, port.BankFileDone, v.goOn(lost.ID).State, "it was brought back")
}

// A statement goes on where the last one ended, in the file or before it; else one may be missing.
func TestAGapBetweenStatements(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	at := func(on string, open, end int64) string {
		return sheet{kind: "053", account: "G", to: on, open: &open, close: &end, list: []entry{{minor: end - open, ref: on}}}.String()
	}
	require.Empty(t, v.problems(v.load(at("2026-02-23", 0, 100)).ID))
	both := mt940("G", 2, day("2026-02-24"), 100, entry{minor: 50, ref: "M1"}) + mt940("G", 3, day("2026-02-25"), 150, entry{minor: 50, ref: "M2"})
	require.Empty(t, v.problems(v.load(both).ID))
	f := v.load(at("2026-02-27", 300, 400))
	require.Equal(t, []string{"bank_statement.gap"}, v.problems(f.ID))
	require.EqualValues(t, 1, f.Counts.Warnings)
	list, err := v.app.ListBankProblems(t.Context(), v.reader, f.ID, port.Page{})
	require.NoError(t, err)
	require.Contains(t, list.Items[0].Message, "begins with EUR 3.00, and the last one known ended with EUR 2.00 on 2026-02-25")
	require.Empty(t, v.problems(v.load(at("2026-02-26", 200, 300)).ID), "what is older than the last proves nothing")
}

// A payment that the bank takes back is reversed where it is certain which, whatever the format calls it.
func TestAReturnInEachFormat(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	on := day("2026-03-02")
	back := map[string]func(account string, e entry) string{
		"camt": func(account string, e entry) string {
			e.ret = "AC04"
			return sheet{kind: "053", account: account, to: "2026-03-03", list: []entry{e}}.String()
		},
		"bai2":  func(account string, e entry) string { e.ret = "557"; return bai2(account, 1, on+1, e) },
		"mt940": func(account string, e entry) string { e.ret = "RC"; return mt940(account, 2, on+1, 500_00, e) },
	}
	n := 0
	for format, write := range back {
		n++
		account, number := fmt.Sprintf("RET%d", n), fmt.Sprintf("R-%d77", n)
		v.confirm(account)
		owed := v.owed(number, int64(400_00+n))
		paid := entry{minor: int64(400_00 + n), ref: "B" + account, e2e: "E" + account, by: "Nordwind K-1", text: number}
		f := v.load(sheet{kind: "053", account: account, list: []entry{paid}}.String())
		require.EqualValues(t, 1, f.Counts.Applied, format)
		paid.minor, paid.ref = -paid.minor, "X"+account
		f = v.load(write(account, paid))
		require.EqualValues(t, 1, f.Counts.Debits, "%s %+v", format, f.Counts)
		require.EqualValues(t, 1, f.Counts.Returned+f.Counts.ReturnOpen, "%s", format)
		if f.Counts.Returned == 1 {
			v.amounts(owed.Items[0], 0, 0, 0, 0, int64(400_00+n), 0)
		} else {
			require.NotEmpty(t, v.exceptions(port.ExceptionReturn), format)
		}
		t.Logf("%s: returned %d", format, f.Counts.Returned)
	}
	v.moneyLaws()
}

// A return on an account that nobody confirmed waits for that alone: once somebody has, it takes its payment back, whichever of
// their files goes on first.
func TestAReturnWaitsForItsAccount(t *testing.T) {
	t.Parallel()
	for name, order := range map[string][2]int{"payment first": {0, 1}, "return first": {1, 0}} {
		v := openVault(t)
		owed := v.owed("R-1001", 400_00)
		paid := entry{minor: 400_00, ref: "B1", e2e: "E1", by: "Nordwind K-1", text: "R-1001"}
		back := paid
		back.minor, back.ref, back.ret = -paid.minor, "B2", "AC04"
		files := [2]port.BankFile{
			v.load(sheet{kind: "053", account: "OURS", list: []entry{paid}}.String()),
			v.load(sheet{kind: "053", account: "OURS", to: "2026-03-03", list: []entry{back}}.String()),
		}
		waiting := v.exceptions(port.ExceptionReturn)
		require.Len(t, waiting, 1, name)
		require.Equal(t, []string{"account_unconfirmed"}, waiting[0].Why, name)
		require.EqualValues(t, 1, files[1].Counts.ReturnOpen, name)

		v.confirm("OURS")
		for _, n := range order {
			files[n] = v.goOn(files[n].ID)
		}
		require.Empty(t, v.exceptions(port.ExceptionReturn), name)
		require.Empty(t, v.exceptions(port.ExceptionReceipt), name)
		require.Equal(t, [2]int64{1, 0}, [2]int64{files[1].Counts.Returned, files[1].Counts.ReturnOpen}, name)
		v.amounts(owed.Items[0], 0, 0, 0, 0, 400_00, 0)
		v.books("OURS")
		v.moneyLaws()
	}
}

// many is a statement of n payments, and the invoices that they pay.
func (v *vault) many(account string, n int) string {
	v.t.Helper()
	s := sheet{kind: "053", account: account}
	for i := range n {
		number := fmt.Sprintf("R-%s%04d", account, i)
		if i%3 == 0 {
			v.owed(number, int64(100_00+i))
		}
		s.list = append(s.list, entry{minor: int64(100_00 + i), ref: number, by: "Nordwind K-1", text: number})
	}
	return s.String()
}

// A load that is interrupted between its batches goes on where it stood; the payments before are recorded once.
func TestALoadIsInterrupted(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	v.confirm("C")
	const payments = 130
	f := v.receiveFile(v.many("C", payments))
	stop := errors.New("the power went")
	for cut := 1; ; cut++ {
		ctx, cancel := context.WithCancelCause(t.Context())
		seen := 0
		err := v.app.LoadBankFile(ctx, f.ID, func() {
			if seen++; seen == cut*60 {
				cancel(stop)
			}
		})
		cancel(nil)
		if err == nil {
			require.Greater(t, cut, 2)
			break
		}
	}
	f = v.goOn(f.ID)
	require.EqualValues(t, payments, f.Counts.Credits)
	require.Equal(t, int64(payments), v.books("C")[0])
	require.Equal(t, int64(payments), v.number(`SELECT count(*) FROM receipts`))
	require.Zero(t, v.number(`SELECT count(*) FROM items WHERE open_minor > 0`))
	v.recorded(f.ID, "bank_file.received", "bank_file.loaded")
	v.moneyLaws()
}

// lostRaces is a store of which each transaction loses its race at the commit and is run again.
type lostRaces struct{ port.Store }

func (s lostRaces) InTx(ctx context.Context, fn func(ctx context.Context, tx port.Tx) error) error {
	lost := errors.New("another was faster")
	err := s.Store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		if err := fn(ctx, tx); err != nil {
			return err
		}
		return lost
	})
	if !errors.Is(err, lost) {
		return err
	}
	return s.Store.InTx(ctx, fn)
}

// A transaction that is run again records what it would have recorded, and takes itself for nobody else.
func TestTransactionsOfALoadAreRunAgain(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	v.confirm("C")
	f := v.receiveFile(v.many("C", 60))
	again := app.New(app.Deps{Store: lostRaces{v.db}, Clock: v.clock, Files: v.files})
	require.NoError(t, again.LoadBankFile(t.Context(), f.ID, func() {}))
	f = v.goOn(f.ID)
	require.EqualValues(t, 60, f.Counts.Credits)
	require.Equal(t, int64(60), v.books("C")[0])
	require.Equal(t, int64(60), v.number(`SELECT count(*) FROM receipts`))
	v.recorded(f.ID, "bank_file.received", "bank_file.loaded")
	v.moneyLaws()
}

// Two processes load the same file, and two others the same day in other bytes.
func TestSeveralLoadersAtOnce(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	v.confirm("L")
	content := v.many("L", 120)
	one, two := v.receiveFile(content), v.receiveFile(content+"\n")
	var wait sync.WaitGroup
	for _, f := range []port.BankFile{one, two, one, two} {
		wait.Go(func() {
			for {
				err := v.app.LoadBankFile(context.WithoutCancel(t.Context()), f.ID, func() {})
				if err == nil {
					return
				}
				if kind := fault.KindOf(err); kind != fault.Unavailable && kind != fault.Conflict && kind != fault.Precondition {
					t.Errorf("%v", err)
					return
				}
			}
		})
	}
	wait.Wait()
	one, two = v.goOn(one.ID), v.goOn(two.ID)
	require.EqualValues(t, 120, one.Counts.Credits+two.Counts.Credits)
	require.EqualValues(t, 120, one.Counts.Known+two.Counts.Known)
	require.Equal(t, int64(120), v.books("L")[0])
	require.Equal(t, int64(120), v.number(`SELECT count(*) FROM receipts`))
	v.moneyLaws()
}

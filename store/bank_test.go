package store_test

import (
	"context"
	"crypto/sha256"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/remittance"
	"arrears/port"
)

// till is a house with a bank account of ours, a file and its statement of 2 March.
type till struct {
	house
	account   port.BankAccount
	file      port.BankFile
	statement port.BankStatement
}

func newTill(t *testing.T) *till {
	t.Helper()
	b := &till{house: newHouse(t)}
	b.in(t, func(ctx context.Context, tx port.Tx) {
		b.account = b.ours(ctx, t, tx, "OURS")
		b.file = b.received(ctx, t, tx, "file")
		b.statement = b.said(ctx, t, tx, func(*port.BankStatement) {})
	})
	return b
}

func (b *till) ours(ctx context.Context, t *testing.T, tx port.Tx, number string) port.BankAccount {
	t.Helper()
	a, err := tx.LockBankAccount(ctx, port.BankAccount{
		ID: newID(), Key: number, Account: remittance.Account{Other: number, Name: "Us"}, Currency: "EUR", CreatedAt: noon,
	})
	require.NoError(t, err)
	return a
}

func (b *till) received(ctx context.Context, t *testing.T, tx port.Tx, content string) port.BankFile {
	t.Helper()
	sum := sha256.Sum256([]byte(content))
	require.NoError(t, tx.TouchFile(ctx, sum, int64(len(content))))
	f, err := tx.InsertBankFile(ctx, port.BankFile{
		ID: newID(), SHA256: sum, Size: int64(len(content)), Filename: "f.xml", Source: "api", State: port.BankFileReceived, WakeAt: noon,
		CreatedBy: "key-1", CreatedAt: noon,
	})
	require.NoError(t, err)
	return f
}

// said is a statement of the file.
func (b *till) said(ctx context.Context, t *testing.T, tx port.Tx, change func(*port.BankStatement)) port.BankStatement {
	t.Helper()
	s := port.BankStatement{
		ID: newID(), FileID: b.file.ID, AccountID: someID(b.account.ID), Proof: "proven", Version: 1, Credits: 2, CreditMinor: 300_00, Told: remittance.Statement{
			Format: "mt940", ID: "S", Sequence: "7", Page: "1", Kind: remittance.EndOfDay, Status: remittance.Update, Currency: "EUR",
			From: date("2026-03-02"), To: date("2026-03-02"),
			Opening: &remittance.Balance{Minor: 0, Currency: "EUR", On: date("2026-03-01")}, Closing: &remittance.Balance{Minor: 300_00, Currency: "EUR", On: date("2026-03-02")},
		},
	}
	change(&s)
	all, err := tx.ListBankStatements(ctx, port.BankStatementFilter{FileID: someID(s.FileID)}, port.Page{})
	require.NoError(t, err)
	s.Seq = len(all.Items) + 1
	require.NoError(t, tx.InsertBankStatements(ctx, []port.BankStatement{s}))
	return s
}

// paid is a credit that the statement tells.
func (b *till) paid(key string, minor int64, change ...func(*port.BankEntry)) port.BankEntry {
	e := port.BankEntry{
		ID: newID(), AccountID: b.account.ID, Key: key, Credit: true, Minor: minor, EntryMinor: minor, Kinds: port.BankKind(b.statement.Told), Currency: "EUR",
		BookedOn: date("2026-03-02"), ValueOn: date("2026-03-03"), Code: "NTRF", Payer: "Nordwind", Reference: "REF " + key, Words: "words", Told: []byte(`{}`),
		FinalBy: someID(b.statement.ID), CreatedAt: noon,
	}
	for _, fn := range change {
		fn(&e)
	}
	return e
}

func TestABankAccountIsThereOnce(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	b.in(t, func(ctx context.Context, tx port.Tx) {
		again := b.ours(ctx, t, tx, "OURS")
		require.Equal(t, b.account, again)
		again.Confirmed, again.ConfirmedBy, again.ConfirmedAt = true, "boss", &noon
		again.ProvenOn, again.ProvenMinor = date("2026-03-02"), -5
		require.NoError(t, tx.UpdateBankAccount(ctx, again))
		got, err := tx.BankAccount(ctx, again.ID)
		require.NoError(t, err)
		again.Version++
		require.Equal(t, again, got)
		b.ours(ctx, t, tx, "OTHER")
		first, err := tx.ListBankAccounts(ctx, port.Page{Limit: 1})
		require.NoError(t, err)
		rest, err := tx.ListBankAccounts(ctx, port.Page{Limit: 1, After: first.Next})
		require.NoError(t, err)
		require.Equal(t, []string{"OURS", "OTHER"}, []string{first.Items[0].Key, rest.Items[0].Key})
		require.Empty(t, rest.Next)
	})
	b.refuses(t, "bank_account.changed", func(ctx context.Context, tx port.Tx) error { return tx.UpdateBankAccount(ctx, b.account) })
	b.refuses(t, "bank_account.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.BankAccount(ctx, newID())
		return err
	})
}

func TestABankFileIsThereOnceByItsBytes(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	b.in(t, func(ctx context.Context, tx port.Tx) {
		require.Equal(t, b.file, b.received(ctx, t, tx, "file"), "whatever else is said of it")
		f, err := tx.LockBankFile(ctx, b.file.ID)
		require.NoError(t, err)
		f.State, f.Position, f.Counts.Credits, f.Format = port.BankFileLoading, 50, 7, "camt"
		require.NoError(t, tx.UpdateBankFile(ctx, f))
		f.Version++
		got, err := tx.BankFile(ctx, f.ID)
		require.NoError(t, err)
		require.Equal(t, f, got)
		f.State, f.FinishedAt, f.RefusedCode, f.RefusedText = port.BankFileRefused, &noon, "remittance.malformed", "line 1"
		require.NoError(t, tx.UpdateBankFile(ctx, f))
		require.NoError(t, tx.NudgeBankFile(ctx, f.ID))
		require.NoError(t, tx.NudgeBankFile(ctx, f.ID), "one nudge waits")
		b.received(ctx, t, tx, "another")
		for state, want := range map[string]int{"": 2, port.BankFileRefused: 1, port.BankFileReceived: 1, port.BankFileDone: 0} {
			list, err := tx.ListBankFiles(ctx, port.BankFileFilter{State: state}, port.Page{})
			require.NoError(t, err)
			require.Len(t, list.Items, want, state)
		}
	})
	b.refuses(t, "bank_file.changed", func(ctx context.Context, tx port.Tx) error { return tx.UpdateBankFile(ctx, b.file) })
	b.refuses(t, "bank_file.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.LockBankFile(ctx, newID())
		return err
	})
	b.refuses(t, "document.file_gone", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.InsertBankFile(ctx, port.BankFile{ID: newID(), SHA256: sha256.Sum256([]byte("nobody has it")), Size: 1, Filename: "x", Source: "api", CreatedAt: noon})
		return err
	})
}

func TestStatementsAndWhatIsWrongWithThem(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	b.in(t, func(ctx context.Context, tx port.Tx) {
		got, err := tx.BankStatement(ctx, b.statement.ID)
		require.NoError(t, err)
		require.Equal(t, b.statement, got)
		bare := b.said(ctx, t, tx, func(s *port.BankStatement) {
			s.Told.Opening, s.Told.Closing, s.Told.To, s.Told.From, s.Told.Sequence, s.Proof = nil, nil, date("2026-03-05"), 0, "8", "alarm"
		})
		got, err = tx.BankStatement(ctx, bare.ID)
		require.NoError(t, err)
		require.Equal(t, bare, got)
		correction := b.said(ctx, t, tx, func(s *port.BankStatement) { s.Told.Status = remittance.Correction })
		like, err := tx.StatementsLike(ctx, correction)
		require.NoError(t, err)
		require.Equal(t, []port.BankStatement{b.statement}, like)
		for on, want := range map[string]int{"2026-03-01": 0, "2026-03-02": 2, "2026-03-04": 0, "2026-03-05": 1} {
			tellers, err := tx.DayTellers(ctx, b.account.ID, date(on))
			require.NoError(t, err)
			require.Len(t, tellers, want, on)
			for _, d := range tellers {
				require.False(t, d.Loaded)
			}
		}
		replaced := like[0]
		replaced.ReplacedBy = someID(correction.ID)
		require.NoError(t, tx.UpdateBankStatement(ctx, replaced))
		tellers, err := tx.DayTellers(ctx, b.account.ID, date("2026-03-02"))
		require.NoError(t, err)
		require.Len(t, tellers, 1, "what is replaced tells nothing")
		bare.Proof, bare.OverriddenBy, bare.OverriddenAt, bare.Reason = "overridden", "boss", &noon, "so"
		require.NoError(t, tx.UpdateBankStatement(ctx, bare))
		for want, f := range map[int]port.BankStatementFilter{
			3: {FileID: someID(b.file.ID)}, 2: {Proof: "proven", AccountID: someID(b.account.ID)}, 1: {From: date("2026-03-03")}, 0: {To: date("2026-03-01")},
		} {
			list, err := tx.ListBankStatements(ctx, f, port.Page{})
			require.NoError(t, err)
			require.Len(t, list.Items, want, "%+v", f)
		}
		problems := []port.BankProblem{
			{FileID: b.file.ID, Seq: 1, Problem: remittance.Problem{Severity: remittance.Warning, Line: 3, Field: "x", Code: "a.b", Message: "m"}},
			{FileID: b.file.ID, Seq: 2, StatementID: someID(bare.ID), Problem: remittance.Problem{Severity: remittance.Alarm, Code: "a.c"}},
		}
		require.NoError(t, tx.InsertBankProblems(ctx, problems))
		first, err := tx.ListBankProblems(ctx, b.file.ID, port.Page{Limit: 1})
		require.NoError(t, err)
		rest, err := tx.ListBankProblems(ctx, b.file.ID, port.Page{Limit: 1, After: first.Next})
		require.NoError(t, err)
		require.Equal(t, problems, append(first.Items, rest.Items...))
	})
	b.refuses(t, "bank_statement.changed", func(ctx context.Context, tx port.Tx) error { return tx.UpdateBankStatement(ctx, b.statement) })
	b.refuses(t, "page.bad_cursor", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.ListBankProblems(ctx, b.file.ID, port.Page{After: "x"})
		return err
	})
}

// A name finds its counts and other names of it, and no name that merely begins so.
func TestEntriesAreFoundByAllTheirNames(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	b.in(t, func(ctx context.Context, tx port.Tx) {
		list := []port.BankEntry{
			b.paid("K", 100), b.paid("K#2", 100), b.paid("K#10", 100), b.paid("K2", 100), b.paid("K/1", 100), b.paid("J", 100),
			b.paid("P", 40, func(e *port.BankEntry) { e.Part, e.EntryMinor = 1, 100 }), b.paid("P", 60, func(e *port.BankEntry) { e.Part, e.EntryMinor = 2, 100 }),
		}
		require.NoError(t, tx.InsertBankEntries(ctx, list))
		require.NoError(t, tx.NameBankEntry(ctx, b.account.ID, "J", "K#3", 2))
		found, err := tx.EntriesNamed(ctx, b.account.ID, []string{"K", "P"})
		require.NoError(t, err)
		as := map[string]string{}
		for _, e := range found {
			as[e.As] = e.Key
		}
		require.Equal(t, map[string]string{"K": "K", "K#2": "K#2", "K#10": "K#10", "K#3": "J", "P": "P"}, as)
		require.Len(t, found, 6)
		none, err := tx.EntriesNamed(ctx, newID(), []string{"K", "P"})
		require.NoError(t, err)
		require.Empty(t, none)

		like := b.paid("", 100)
		twins, err := tx.EntryTwins(ctx, like, 2)
		require.NoError(t, err)
		require.Len(t, twins, 7, "of two parts the first")
		told := list[0]
		told.Kinds |= 2
		require.NoError(t, tx.TellBankEntry(ctx, told))
		twins, err = tx.EntryTwins(ctx, like, 2)
		require.NoError(t, err)
		require.Len(t, twins, 6)
		for _, change := range []func(*port.BankEntry){
			func(e *port.BankEntry) { e.ValueOn++ }, func(e *port.BankEntry) { e.Credit = false }, func(e *port.BankEntry) { e.EntryMinor++ },
			func(e *port.BankEntry) { e.Currency = "USD" }, func(e *port.BankEntry) { e.AccountID = newID() },
		} {
			twins, err = tx.EntryTwins(ctx, b.paid("", 100, change), 2)
			require.NoError(t, err)
			require.Empty(t, twins)
		}
	})
}

func TestWhatBecomesOfAnEntry(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	b.in(t, func(ctx context.Context, tx port.Tx) {
		r := receiptOf("B-1", 100)
		require.NoError(t, tx.InsertReceipt(ctx, r))
		one, two := b.paid("1", 100), b.paid("2", 200, func(e *port.BankEntry) { e.BookedOn++ })
		out := b.paid("3", 70, func(e *port.BankEntry) { e.Credit = false })
		require.NoError(t, tx.InsertBankEntries(ctx, []port.BankEntry{one, two, out}))
		one.ReceiptID, one.Outcome = someID(r.ID), "applied"
		require.NoError(t, tx.UpdateBankEntry(ctx, one))
		got, err := tx.BankEntry(ctx, one.ID)
		require.NoError(t, err)
		require.Equal(t, one, got)
		for want, f := range map[int]port.BankEntryFilter{
			3: {FileID: someID(b.file.ID)}, 1: {ReceiptID: someID(r.ID)}, 2: {StatementID: someID(b.statement.ID), To: date("2026-03-02")}, 0: {Outcome: "held"},
		} {
			list, err := tx.ListBankEntries(ctx, f, port.Page{})
			require.NoError(t, err)
			require.Len(t, list.Items, want, "%+v", f)
		}
		days, err := tx.CashProof(ctx, b.account.ID, date("2026-03-01"), date("2026-03-31"))
		require.NoError(t, err)
		require.Len(t, days, 2)
		require.Equal(t, [4]int64{100, 70, 100, 0}, [4]int64{days[0].CreditMinor, days[0].DebitMinor, days[0].RecordedMinor, days[0].Difference()})
		require.EqualValues(t, 200, days[1].Difference(), "a credit without its receipt")

		require.NoError(t, tx.DetailBankEntry(ctx, two.ID))
		untold, err := tx.EntriesUntold(ctx, b.statement.ID, 10)
		require.NoError(t, err)
		require.Len(t, untold, 2, "what its details stand for is not told itself")
		days, err = tx.CashProof(ctx, b.account.ID, date("2026-03-01"), date("2026-03-31"))
		require.NoError(t, err)
		require.Len(t, days, 1)
		one.GoneBy = someID(b.statement.ID)
		require.NoError(t, tx.TellBankEntry(ctx, one))
		days, err = tx.CashProof(ctx, b.account.ID, date("2026-03-01"), date("2026-03-31"))
		require.NoError(t, err)
		require.Equal(t, [3]int64{0, 100, 100}, [3]int64{days[0].CreditMinor, days[0].RecordedMinor, days[0].GoneMinor})
	})
	b.refuses(t, "bank_entry.not_found", func(ctx context.Context, tx port.Tx) error { return tx.UpdateBankEntry(ctx, b.paid("9", 1)) })
	b.refuses(t, "bank_entry.not_found", func(ctx context.Context, tx port.Tx) error { return tx.DetailBankEntry(ctx, newID()) })
}

// A lockbox's day and batches are sums; a claimed one is no other payment's, and neither is what shares its cheques.
func TestTheDepositsOfALockbox(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	on := date("2026-03-02")
	batches := func(list []port.BankDeposit) (names []string) {
		for _, d := range list {
			names = append(names, d.Batch)
		}
		return names
	}
	b.in(t, func(ctx context.Context, tx port.Tx) {
		box := b.ours(ctx, t, tx, "0001234")
		at := func(reference string, minor int64) port.BankEntry {
			return b.paid(reference, minor, func(e *port.BankEntry) { e.AccountID, e.Reference = box.ID, reference })
		}
		deposit := b.paid("D", 600)
		require.NoError(t, tx.InsertBankEntries(ctx, []port.BankEntry{at("001/1", 100), at("001/2", 200), at("002/1", 300), deposit}))
		list, err := tx.PutBankDeposits(ctx, box.ID, on)
		require.NoError(t, err)
		require.Equal(t, []port.BankDeposit{
			{AccountID: box.ID, Lockbox: "0001234", On: on, Currency: "EUR", Minor: 600}, {AccountID: box.ID, Lockbox: "0001234", On: on, Batch: "001", Currency: "EUR", Minor: 300},
			{AccountID: box.ID, Lockbox: "0001234", On: on, Batch: "002", Currency: "EUR", Minor: 300},
		}, list)
		entries, err := tx.DepositEntries(ctx, list[0])
		require.NoError(t, err)
		require.Empty(t, entries, "it has no receipt")
		r := receiptOf("B-1", 600)
		require.NoError(t, tx.InsertReceipt(ctx, r))
		deposit.ReceiptID, deposit.Outcome = someID(r.ID), "unidentified"
		require.NoError(t, tx.UpdateBankEntry(ctx, deposit))
		entries, err = tx.DepositEntries(ctx, list[0])
		require.NoError(t, err)
		require.Len(t, entries, 1)

		half := b.paid("H", 300)
		found, err := tx.BankDepositsOf(ctx, b.account.ID, []port.BankEntry{half, deposit})
		require.NoError(t, err)
		require.Equal(t, []string{"001", "002"}, batches(found[half.ID]))
		require.Equal(t, []string{""}, batches(found[deposit.ID]))
		own, err := tx.BankDepositsOf(ctx, box.ID, []port.BankEntry{half})
		require.NoError(t, err)
		require.Empty(t, own)
		late := b.paid("L", 600, func(e *port.BankEntry) { e.ValueOn = on.AddDays(8) })
		found, err = tx.BankDepositsOf(ctx, b.account.ID, []port.BankEntry{late})
		require.NoError(t, err)
		require.Empty(t, found)

		require.NoError(t, tx.ClaimBankDeposit(ctx, list[1], deposit.ID))
		left, err := tx.PutBankDeposits(ctx, box.ID, on)
		require.NoError(t, err)
		require.Equal(t, []string{"002"}, batches(left), "its day is claimed with it")
		require.NotEqual(t, uuid.Nil, deposit.ID)
	})
}

package store_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/matching"
	"arrears/domain/money"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
	"arrears/port"
)

// waitingReceipt is money of which nobody has said whose it is; it is most likely the house's customer's.
func waitingReceipt(h house, number string) receivable.Receipt {
	return receivable.Receipt{
		ID: newID(), Source: "bank", Number: number, Kind: "bank", Currency: "EUR", AmountMinor: 5_000, GrossMinor: 5_000, UnappliedMinor: 5_000,
		ValueDate: date("2026-03-02"), Reference: "ACH-0" + number, State: receivable.ReceiptRecorded, CreatedBy: "t", CreatedAt: noon, Version: 1,
		Payer: receivable.Payer{Match: receivable.MatchProposed, LikelyID: someID(h.customer.ID), Name: "NORDWIND", Account: "DE1"},
	}
}

// Unidentified money holds the notices of whoever likely paid it, up to its amount.
func TestLikelyMoneyIsReserved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := waitingReceipt(h, "1")
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertReceipt(ctx, r))
		require.NoError(t, tx.InsertReceipts(ctx, []receivable.Receipt{waitingReceipt(h, "2")}))
		got, err := tx.Receipt(ctx, r.ID)
		require.NoError(t, err)
		require.Equal(t, r.Payer, got.Payer)
		sums, err := tx.Reserves(ctx, h.customer.ID)
		require.NoError(t, err)
		require.Equal(t, []port.Reserve{{Currency: "EUR", OnAccountMinor: 10_000}}, sums)
		of, err := tx.ReservesOf(ctx, []uuid.UUID{h.customer.ID, newID()})
		require.NoError(t, err)
		require.Equal(t, map[uuid.UUID][]port.Reserve{h.customer.ID: sums}, of)
	})
	h.in(t, func(ctx context.Context, tx port.Tx) { // the notice shows what it counts
		_, err := tx.InsertInstallation(ctx, port.Installation{
			CreditorName: "Nordwind", RemitTo: "DE1", TimeZone: "Europe/Berlin", Language: "en", Calendar: "DE", FromAddress: "ar@example.com",
			ReplyDomain: "example.com", DefaultPolicy: "default",
		})
		require.NoError(t, err)
		of, err := tx.NoticeContext(ctx, h.customer.ID, "EUR", nil)
		require.NoError(t, err)
		require.Equal(t, []notice.Credit{
			{Kind: notice.Unapplied, Reference: "ACH-01", Minor: 5_000}, {Kind: notice.Unapplied, Reference: "ACH-02", Minor: 5_000},
		}, of.Credits)
	})
	r.Payer.LikelyID = uuid.NullUUID{}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.UpdateReceipt(ctx, r))
		sums, err := tx.Reserves(ctx, h.customer.ID)
		require.NoError(t, err)
		require.Equal(t, int64(5_000), sums[0].OnAccountMinor)
	})
}

// A receipt finds its customer and items by whatever it names, and nothing else.
func TestFindCashByWhatIsNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	child := customerOf("K-2")
	child.ParentID = someID(h.customer.ID)
	other := customerOf("K-3")
	other.Name = "Someone Else AG"
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertCustomer(ctx, child))
		require.NoError(t, tx.InsertCustomer(ctx, other))
		require.NoError(t, tx.LearnPayerAccounts(ctx, []port.PayerAccount{
			{Key: "DE77", CustomerID: other.ID, FirstOn: date("2026-01-01"), LastOn: date("2026-01-01"), State: port.AccountKnown, LearnedBy: "rules"},
		}))
	})
	find := func(r matching.Receipt) port.CashFound {
		var found port.CashFound
		h.in(t, func(ctx context.Context, tx port.Tx) {
			var err error
			found, err = tx.FindCash(ctx, []matching.LookFor{matching.Keys(r)})
			require.NoError(t, err)
		})
		return found
	}
	require.ElementsMatch(t, []uuid.UUID{h.customer.ID, child.ID}, find(matching.Receipt{Payer: remittance.Party{Name: "NORDWIND, K-1"}}).Customers, "with whom it may pay for")
	require.Equal(t, []uuid.UUID{other.ID}, find(matching.Receipt{Payer: remittance.Party{Account: remittance.Account{IBAN: "DE 77"}}}).Customers)
	require.Equal(t, []uuid.UUID{other.ID}, find(matching.Receipt{Customer: "k3"}).Customers)
	named := find(matching.Receipt{Lines: []remittance.Line{{Kind: remittance.LineInvoice, Number: "r 0001"}}})
	require.Len(t, named.Items, 2)
	require.Equal(t, []uuid.UUID{h.customer.ID}, named.Customers)
	require.Len(t, find(matching.Receipt{Lines: []remittance.Line{{Kind: remittance.LineOrder, Order: "PO 7"}}}).Items, 2)
	require.Empty(t, find(matching.Receipt{Texts: []string{"nothing at all"}}).Customers)

	h.in(t, func(ctx context.Context, tx port.Tx) {
		rows, err := tx.CashRows(ctx, named)
		require.NoError(t, err)
		require.Len(t, rows.Items, 2)
		require.Equal(t, "R-1", rows.Items[0].Number)
		require.Equal(t, 2, rows.Items[0].Instalments)
		require.Equal(t, []matching.Discount{{LastDay: date("2026-01-25"), Minor: rows.Items[0].OpenMinor / 50}}, rows.Items[0].Discounts)
	})
}

// Returns that wait are found by the amount of the payment that comes after them.
func TestReturnsThatWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := port.CashException{ID: newID(), Kind: port.ExceptionReturn, Currency: "EUR", AmountMinor: 700, ValueOn: date("2026-03-02"), Since: noon, State: "open"}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertExceptions(ctx, []port.CashException{e}))
		for currency, want := range map[money.Currency]int{"EUR": 1, "USD": 0} {
			got, err := tx.ReturnsWaiting(ctx, currency, []int64{1, 700})
			require.NoError(t, err)
			require.Len(t, got, want)
		}
		got, err := tx.ReturnsWaiting(ctx, "EUR", []int64{701})
		require.NoError(t, err)
		require.Empty(t, got)
	})
}

// A changed name is found by its new key.
func TestANewNameIsFound(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.customer.Name = "Südwind Größe GmbH"
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.UpdateCustomer(ctx, h.customer))
		taken, err := tx.NameTaken(ctx, matching.NameKey("SUEDWIND GROESSE"), newID())
		require.NoError(t, err)
		require.True(t, taken)
		taken, err = tx.NameTaken(ctx, matching.NameKey("SUEDWIND GROESSE"), h.customer.ID)
		require.NoError(t, err)
		require.False(t, taken)
	})
}

func TestRulesOfMatchingNeverChange(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	set := port.RuleSet{ID: newID(), Scope: "customer", CustomerID: someID(h.customer.ID), Version: 1, Body: []byte(`{}`), CreatedBy: "t", CreatedAt: noon}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertRuleSet(ctx, port.CashRules, set))
		for _, read := range []func() (port.RuleSet, error){
			func() (port.RuleSet, error) { return tx.RuleSet(ctx, port.CashRules, set.ID) },
			func() (port.RuleSet, error) {
				return tx.LatestRuleSet(ctx, port.CashRules, "customer", "", set.CustomerID)
			},
		} {
			got, err := read()
			require.NoError(t, err)
			require.Equal(t, set.ID, got.ID)
		}
		none, err := tx.LatestRuleSet(ctx, port.CashRules, "default", "", uuid.NullUUID{})
		require.NoError(t, err)
		require.Zero(t, none.Version)
		list, err := tx.RuleSetsFor(ctx, port.CashRules, h.customer.ID)
		require.NoError(t, err)
		require.Len(t, list, 1)
	})
	again := set
	again.ID = newID()
	h.refuses(t, "cash_rules.changed", func(ctx context.Context, tx port.Tx) error { return tx.InsertRuleSet(ctx, port.CashRules, again) })
	h.refuses(t, "cash_rules.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.RuleSet(ctx, port.CashRules, newID())
		return err
	})
}

func TestExceptionsAreListedBestFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var want []uuid.UUID
	h.in(t, func(ctx context.Context, tx port.Tx) {
		for n, score := range []int{900, 900, 500, 0} {
			r := waitingReceipt(h, string(rune('a'+n)))
			require.NoError(t, tx.InsertReceipt(ctx, r))
			e := port.CashException{
				ID: newID(), Kind: port.ExceptionReceipt, ReceiptID: someID(r.ID), Currency: "EUR", AmountMinor: 5_000, Since: noon.AddDate(0, 0, n),
				Score: score, Why: []string{"score_low"}, State: "open",
			}
			want = append(want, e.ID)
			twice := e
			twice.ID = newID()
			require.NoError(t, tx.InsertExceptions(ctx, []port.CashException{e, twice}), "one stands for each receipt")
		}
	})
	var got []uuid.UUID
	for _, e := range everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[port.CashException], error) {
		return tx.ListExceptions(ctx, port.CashExceptionFilter{Why: "score_low", Free: true, MinMinor: 1}, p)
	}) {
		got = append(got, e.ID)
	}
	require.Equal(t, want, got)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		sums, err := tx.CountExceptions(ctx)
		require.NoError(t, err)
		require.Equal(t, []port.CashWaiting{{Kind: "receipt", Currency: "EUR", Count: 4, Minor: 20_000, Since: noon}}, []port.CashWaiting{{
			Kind: sums[0].Kind, Currency: sums[0].Currency, Count: sums[0].Count, Minor: sums[0].Minor, Since: sums[0].Since.UTC(),
		}})
		e, err := tx.Exception(ctx, want[0])
		require.NoError(t, err)
		require.NoError(t, tx.UpdateException(ctx, e))
	})
	h.refuses(t, "cash_exception.changed", func(ctx context.Context, tx port.Tx) error {
		return tx.UpdateException(ctx, port.CashException{ID: want[0], Version: 1, State: "open"})
	})
	h.refuses(t, "cash_exception.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.Exception(ctx, newID())
		return err
	})
}

func TestOffsetsBesideAReceipt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r, one, many := waitingReceipt(h, "1"), waitingReceipt(h, "2"), waitingReceipt(h, "3")
	one.Kind, one.BesideID, many.Kind, many.BesideID = "offset", someID(r.ID), "offset", someID(r.ID)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertReceipt(ctx, r))
		require.NoError(t, tx.InsertReceipt(ctx, one))
		require.NoError(t, tx.InsertReceipts(ctx, []receivable.Receipt{many}))
		got, err := tx.OffsetsBeside(ctx, r.ID)
		require.NoError(t, err)
		require.Len(t, got, 2)
		require.Equal(t, []uuid.UUID{one.ID, many.ID}, []uuid.UUID{got[0].ID, got[1].ID})
		require.Equal(t, []uuid.NullUUID{one.BesideID, one.BesideID}, []uuid.NullUUID{got[0].BesideID, got[1].BesideID})
		got, err = tx.OffsetsBeside(ctx, one.ID)
		require.NoError(t, err)
		require.Empty(t, got)
	})
}

func TestAReturnFindsItsReceipt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first, second := waitingReceipt(h, "71"), waitingReceipt(h, "72")
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertReceipt(ctx, first))
		require.NoError(t, tx.InsertReceipt(ctx, second))
		offset := waitingReceipt(h, "71")
		offset.Number, offset.Kind = "offset-71", "offset" // no bank takes it back
		require.NoError(t, tx.InsertReceipt(ctx, offset))
		found, err := tx.ReceiptsTakenBack(ctx, port.PaymentRef{Keys: []string{"ACH71"}, Minor: 5_000, Currency: "EUR", On: date("2026-03-02")})
		require.NoError(t, err)
		require.Len(t, found, 2, "the named one, and what came that day")
		require.Equal(t, first.ID, found[0].ID)
		require.Equal(t, []bool{true, false}, []bool{found[0].Named, found[1].Named})
		found, err = tx.ReceiptsTakenBack(ctx, port.PaymentRef{Reference: "nothing", Minor: 5_000, Currency: "EUR"})
		require.NoError(t, err)
		require.Empty(t, found)
	})
}

func TestAnAdviceIsKeptOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	paid := int64(700)
	r := port.Remittance{
		ID: newID(), Fingerprint: [32]byte{1}, PaymentKey: "TRN1", State: port.RemittanceWaiting, CreatedBy: "t", CreatedAt: noon,
		Advice: remittance.Advice{Format: "x12.820", Payment: "TRN-1", Minor: 700, Currency: "EUR", Credit: true,
			Lines: []remittance.Line{{Kind: remittance.LineInvoice, Number: "R-1", PaidMinor: &paid}, {Kind: remittance.LineClaim, Claim: "C-1"}}},
	}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		id, created, err := tx.InsertRemittance(ctx, r)
		require.NoError(t, err)
		require.True(t, created)
		twice := r
		twice.ID = newID()
		again, created, err := tx.InsertRemittance(ctx, twice)
		require.NoError(t, err)
		require.False(t, created)
		require.Equal(t, id, again)
		got, err := tx.Remittance(ctx, id)
		require.NoError(t, err)
		require.Equal(t, r.Advice, got.Advice)
		rows, err := tx.CashRows(ctx, port.CashFound{Advices: []uuid.UUID{id}})
		require.NoError(t, err)
		require.Len(t, rows.Advices, 1)
		require.Len(t, rows.Advices[0].Lines, 2)
		got.State = port.RemittanceVoid
		require.NoError(t, tx.SetRemittance(ctx, got))
		list, err := tx.ListRemittances(ctx, port.RemittanceFilter{State: port.RemittanceVoid, Payment: "TRN1"}, port.Page{})
		require.NoError(t, err)
		require.Len(t, list.Items, 1)
	})
	h.refuses(t, "remittance.changed", func(ctx context.Context, tx port.Tx) error {
		return tx.SetRemittance(ctx, port.Remittance{ID: r.ID, Version: 1, State: "void"})
	})
}

package house

import (
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/devstack/internal/statement"
	"arrears/domain/calendar"
	"arrears/domain/remittance"
	"arrears/port"
)

// OurAccount is the account of the installation's statements.
const OurAccount = "DE89370400440532013000"

// Booking is one credit, or one debit when it is negative, of a statement.
type Booking = statement.Booking

// somePayer is the account of bookings that tell of none.
const somePayer = "DE02120300000000202051"

// Statement writes a camt.053 of one day in euros that proves itself: closing is opening and what was booked.
func Statement(on calendar.Date, sequence int, opening int64, list ...Booking) []byte {
	s := statement.Statement{Account: OurAccount, Currency: "EUR", On: on, Sequence: sequence, Opening: opening, Bookings: slices.Clone(list)}
	for n := range s.Bookings {
		s.Bookings[n].Account = cmp.Or(s.Bookings[n].Account, somePayer)
	}
	return s.Bytes()
}

// ConfirmAccount says that the statements' account is ours.
func (h *House) ConfirmAccount() port.BankAccount {
	h.t.Helper()
	a, err := h.App.ConfirmBankAccount(h.t.Context(), Clerk, remittance.Account{IBAN: OurAccount})
	require.NoError(h.t, err)
	return a
}

// Load hands a file in; its workflow does the rest.
func (h *House) Load(file []byte) port.BankFile {
	h.t.Helper()
	f, err := h.App.ReceiveBankFile(h.t.Context(), Clerk, app.NewBankFile{Filename: "statement.xml", Source: "api", Content: strings.NewReader(string(file))})
	require.NoError(h.t, err)
	return f
}

// BankFile reads one.
func (h *House) BankFile(id uuid.UUID) port.BankFile {
	h.t.Helper()
	f, err := h.App.BankFile(h.t.Context(), Clerk, id)
	require.NoError(h.t, err)
	return f
}

// AwaitLoaded waits until a file is done, and returns it.
func (h *House) AwaitLoaded(f port.BankFile) port.BankFile {
	h.t.Helper()
	h.UntilLong("the bank file is loaded", func() bool { return h.BankFile(f.ID).FinishedAt != nil })
	f = h.BankFile(f.ID)
	require.Equal(h.t, port.BankFileDone, f.State, f.RefusedText)
	return f
}

// CashProven proves the receipt law against the bank's movement: every credit of the account is recorded, once.
func (h *House) CashProven(account uuid.UUID) {
	h.t.Helper()
	days, err := h.App.CashProof(h.t.Context(), Clerk, account, h.Today().AddDays(-300), h.Today().AddDays(50))
	require.NoError(h.t, err)
	for _, d := range days {
		require.Zero(h.t, d.Difference(), "%s: the bank moved %d, recorded are %d (minor units of %s)", d.On, d.CreditMinor, d.RecordedMinor, d.Currency)
	}
}

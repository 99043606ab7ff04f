package remittance

import (
	"arrears/domain/calendar"
	"arrears/domain/money"
)

// Kind says how final a bank's word is.
type Kind string

// The kinds of what a bank sends.
const (
	// EndOfDay is booked and final: camt.053, MT940, BAI2 of a previous day.
	EndOfDay Kind = "end_of_day"
	// Intraday is what happened so far: camt.052, BAI2 of the same day.
	Intraday Kind = "intraday"
	// Notification tells details of single bookings: camt.054, a lockbox.
	Notification Kind = "notification"
)

// Status says what a file does to what was told before.
type Status string

// The statuses of a statement; an update is the usual one.
const (
	Update     Status = "update"
	Correction Status = "correction" // in place of the one with the same account, sequence and day
	Deletion   Status = "deletion"   // the one with the same account, sequence and day never was
	Test       Status = "test"       // read and checked, nothing else
	Copy       Status = "copy"       // said to be told before
)

// Statement is what one account's bank says of a period. Balances that a format does not carry are nil.
type Statement struct {
	Line     int64  // where it starts in the file
	Format   string // such as camt.053.001.08, mt940, bai2
	ID       string // the bank's own name of the message
	Sequence string // the bank's number of the statement, when it counts them
	Page     string // of a statement in several messages; empty when whole
	LastPage bool   // true as well when the format has no pages
	Kind     Kind
	Status   Status
	Account  Account
	Currency money.Currency // empty when the format says it per entry alone
	// Assumed says that the file does not name the currency: it is what its format means then. Nothing proves that the account is in it.
	Assumed  bool
	From, To calendar.Date // 0 when not told
	Opening  *Balance      // booked
	Closing  *Balance      // booked
	Entries  *Sums         // the control totals that the format states, checked by whoever wraps the sink in Check
}

// Balance is a booked balance; what the account owes is negative.
type Balance struct {
	Minor    int64
	Currency money.Currency
	On       calendar.Date // 0 when not told
}

// Sums are counted or stated totals; a count below 0 is not stated, and so are amounts whose Stated is false.
type Sums struct {
	Count, CreditCount, DebitCount int64
	CreditMinor, DebitMinor        int64
	CreditStated, DebitStated      bool
}

// Account is a bank account as files name it.
type Account struct {
	IBAN  string // without blanks, upper case
	Other string // any other number, as written
	Bank  string // BIC or clearing code
	Name  string // of the owner
}

// Key is what two namings of one account have in common: the IBAN, else the other number with its bank; empty when neither is
// told.
func (a Account) Key() string {
	if a.IBAN != "" {
		return bare(a.IBAN)
	}
	if number := bare(a.Other); number != "" {
		if bank := bare(a.Bank); bank != "" {
			return bank + "/" + number
		}
		return number
	}
	return ""
}

// Party is who paid or was paid.
type Party struct {
	Name    string
	Account Account
	ID      string // a number of the party that the format carries: a creditor's, an organisation's
}

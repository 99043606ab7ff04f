package remittance

import (
	"arrears/domain/calendar"
	"arrears/domain/money"
)

// MaxLines bounds the lines of one payment or advice; MaxTexts and MaxText what is kept of its words.
const (
	MaxLines = 20_000
	MaxTexts = 200
	MaxText  = 4_000 // bytes of one text
	MaxField = 140   // bytes of a reference or a name; what is longer is cut
)

// Booking says whether an entry counts.
type Booking string

// The states of an entry.
const (
	Booked  Booking = "booked"
	Pending Booking = "pending" // announced; not money yet
	Info    Booking = "info"    // no booking at all
)

// Entry is one booking on the account; several transactions may share one.
type Entry struct {
	Number    int // within the statement, from 1
	Reference string
	BookedOn  calendar.Date
	ValueOn   calendar.Date // the booking's day when the format tells no value date
	State     Booking
	Code      string // the bank's transaction code: PMNT/RCDT/ESCT, NTRF, 142
	Credit    bool   // money came in
	Reversal  bool   // takes back an earlier booking
	Minor     int64  // of the whole entry, positive
	Currency  money.Currency
	Parts     int    // transactions that the entry says it has, 0 when it says none
	Text      string // of the whole entry
}

// Transaction is one payment: an entry without details, or one detail of an entry. Amounts are positive; Credit says where the
// money went.
type Transaction struct {
	Line     int64 // where it starts in the file
	Entry    Entry
	Part     int // of the entry, from 1; 0 when the entry has no details
	Credit   bool
	Minor    int64
	Currency money.Currency
	// What the payer ordered, where it is another currency: amount, currency and the rate as written.
	InstructedMinor    int64
	InstructedCurrency money.Currency
	Rate               string
	ChargesMinor       int64 // taken off by banks on the way, in Currency; 0 when not told

	Payer         Party // who is debited, for a credit; for a debit: who got the money
	UltimatePayer Party
	EndToEnd      string // the payer's own reference
	Reference     string // the bank's reference of this transaction
	Mandate       string
	Cheque        string
	Customer      string   // a number that the payer has with us, where the format has a field for it
	Text          []string // unstructured words, in order
	Lines         []Line   // structured remittance information
	Return        *Return  // it takes back an earlier payment
}

// Return is why and what a payment takes back.
type Return struct {
	Code      string // ISO external return reason (AC04, AM04), ACH (R01) or the format's own
	Text      string
	EndToEnd  string        // of the original payment
	Reference string        // the bank's, of the original payment
	On        calendar.Date // of the original payment; 0 when not told
	Minor     int64         // of the original payment; 0 when not told
}

// LineKind says what a remittance line is about.
type LineKind string

// The kinds of remittance lines.
const (
	LineInvoice    LineKind = "invoice"
	LineCreditNote LineKind = "credit_note"
	LineOrder      LineKind = "purchase_order"
	LineClaim      LineKind = "claim"      // a deduction or its repayment
	LineAdjustment LineKind = "adjustment" // an amount without a document
	LineUnknown    LineKind = "unknown"
)

// Line is one thing that a payment is for. Amounts are signed: what reduces the payment is negative. What a format does not
// tell is nil.
type Line struct {
	Line          int64 // in the file
	Kind          LineKind
	Number        string // of the document
	Order         string // purchase order, where told beside the number
	Claim         string // the payer's claim reference
	On            calendar.Date
	PaidMinor     *int64 // what of the payment is for it
	GrossMinor    *int64 // of the document
	DiscountMinor *int64 // taken off for paying early, positive
	AdjustMinor   *int64 // other difference, negative when it reduces the payment
	Reason        string // the payer's code for the difference
	Words         string
	Customer      string // whose document, where the payment is for several
}

// Advice is what a payer says of a payment apart from the money. One of more than MaxLines lines is refused as a whole: a part
// of its lines would be another payment.
type Advice struct {
	Line       int64
	Format     string
	ID         string // the payer's number of the advice
	Payment    string // the payment's reference: trace number, cheque number
	Payer      Party
	Payee      Party
	Customer   string
	Minor      int64 // of the payment; 0 is a real amount here
	Currency   money.Currency
	Credit     bool // the payer pays; false: it takes back
	PaidOn     calendar.Date
	MoneyMoves bool // the payment goes with the advice; false for notices that move nothing (X12 812, zero payments)
	Text       []string
	Lines      []Line
	// Doubtful says that an alarm was told of it or of its file: totals contradict each other, or it calls itself a test. No parser
	// sets it, whoever keeps the advice does.
	Doubtful bool `json:",omitempty"`
}

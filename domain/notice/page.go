package notice

// Page is a message in parts, every text localised, free of control characters and safe to print. It is what templates
// see, and what a letter is laid out from. Amounts are formatted without the currency, which stands beside them.
type Page struct {
	Language string
	Kind     string // courtesy or dunning
	Template string
	Words    map[string]string // labels in the language: see docs/notices.md

	Creditor Party
	Customer Party
	Number   string // the customer's number
	Contact  string // the person addressed, or empty
	Date     string
	PayBy    string // empty: at once
	DueText  string
	ReplyTo  string

	Currency    string
	Count       int // lines
	Level       int // the highest
	Oldest      int // days past due of the oldest line; 0 when none is
	Lines       []PageLine
	Credits     []PageCredit
	CreditsNote string // whether the credits are taken into account; empty without credits
	TotalOpen   string
	Reserved    string // credits that lower what is asked, with a minus sign; empty when none do
	NotAsked    string // open but not asked for now (disputed, promised, blocked), with a minus sign; empty when nothing is
	Total       string // what is asked
	Files       []string
	Claim       PageClaim // of a message about a claim

	// Set after the words of the message were rendered, for layouts.
	Subject string
	Opening []string // paragraphs
	Closing []string // paragraphs
}

// Party is a name with an address and, for the creditor, where to pay.
type Party struct {
	Name    string
	Address []string
	RemitTo []string
}

// PageLine is one item on a page.
type PageLine struct {
	Invoice       string
	PurchaseOrder string
	InvoiceDate   string
	DueDate       string
	Instalment    string // "2 of 3", or empty
	Level         int    // 0 on a courtesy reminder
	DaysPastDue   int    // negative before the due date
	Days          string // the same in words
	Original      string
	Open          string
	Asked         string
	Partial       bool // part of the original is settled
	// Of a denied deduction alone: its due date is that of the denial.
	Deduction string // "Deduction D-17"
	Claim     string // "your claim CB-1"; empty without reference
	AgingDays int    // since the money was due at first
	Aged      string // the same in words
}

// PageCredit is one credit on a page.
type PageCredit struct {
	Kind      string // in words
	Reference string
	Amount    string
}

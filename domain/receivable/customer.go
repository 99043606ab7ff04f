package receivable

import (
	"time"

	"github.com/google/uuid"

	"arrears/domain/money"
)

// Channel is a way by which a notice reaches a customer.
type Channel string

// The channels.
const (
	Email   Channel = "email"
	Letter  Channel = "letter"
	SMS     Channel = "sms"
	Webhook Channel = "webhook"
)

// CreditHold is the state of a request to stop supply; it is in force when the ERP confirms.
type CreditHold string

// The states of a credit hold.
const (
	NoHold        CreditHold = ""
	HoldRequested CreditHold = "requested"
	HoldInForce   CreditHold = "in_force"
)

// Terms are a customer's terms of payment.
type Terms struct {
	NetDays      int  // days from the invoice date
	EndOfMonth   bool // the due date moves to the end of its month
	DiscountBP   int  // discount for early payment in hundredths of a percent
	DiscountDays int  // days from the invoice date within which the discount is earned
}

// Customer is a company that buys on credit.
type Customer struct {
	ID                 uuid.UUID
	Source, Number     string // unique together
	Name               string
	Segment            string
	Currency           money.Currency
	Language           string // a BCP 47 primary tag: en, de …
	TimeZone           string // IANA name; business dates of this customer's items are civil dates there
	Calendar           string // holiday calendar's code
	Country            string // ISO 3166 alpha-2, or empty
	PreferredChannel   Channel
	Collector          string
	PayerID            uuid.NullUUID
	ParentID           uuid.NullUUID
	DunningRecipientID uuid.NullUUID // whose contacts receive the notices; none: its own
	Terms              Terms
	PolicyKey          string // assigned policy, or empty
	CreditHold         CreditHold
	RecipientChangedBy string // four eyes: who last changed the contacts or the recipient
	Contacts           []Contact
	Version            int64 // for If-Match
	CreatedAt          time.Time
}

// ContactRole says what a contact is for.
type ContactRole string

// The contact roles. A notice goes to dunning, then billing, then management.
const (
	RoleBilling    ContactRole = "billing"
	RoleDunning    ContactRole = "dunning"
	RoleManagement ContactRole = "management"
	RoleLegal      ContactRole = "legal"
)

// Contact is a person or desk at a customer.
type Contact struct {
	ID            uuid.UUID
	CustomerID    uuid.UUID
	Role          ContactRole
	Name          string
	Email         string
	Phone         string
	Address       string // postal, lines separated by newlines
	Webhook       string // where SMS and webhook notices are posted, if not the installation's gateway
	Rank          int    // lower is tried first within a role
	Active        bool
	EmailFailedAt *time.Time // refused or bounced; cleared when the address changes
	EmailFailure  string
	Version       int64
}

package notice

import (
	"github.com/google/uuid"

	"arrears/domain/money"
)

// The templates of messages about claims. They are laid out by claim-layout.html and claim-layout.txt.
const (
	ClaimAcknowledgement = "claim-acknowledgement"
	ClaimDelay           = "claim-delay"
	ClaimCredit          = "claim-credit"
	ClaimDenial          = "claim-denial"
	ClaimSettlement      = "claim-settlement"
)

// OfClaim is the kind of messages that tell of a claim and ask for nothing by their lines.
const OfClaim Kind = "claim"

// claimPrefix begins the names of templates about claims.
const claimPrefix = "claim-"

// PageClaim is a claim on a page. Amounts of which there is nothing are empty.
type PageClaim struct {
	Number    string
	Reference string
	Reason    string
	Withheld  bool
	Date      string
	Claimed   string
	Credited  string
	Conceded  string
	Denied    string
	ToPay     string
}

func (c Claim) inRange() bool {
	for _, minor := range []int64{c.ClaimedMinor, c.CreditedMinor, c.ConcededMinor, c.DeniedMinor, c.ToPayMinor} {
		if minor < 0 || minor > money.MaxMinor {
			return false
		}
	}
	return true
}

func (b builder) claim(c Claim) PageClaim {
	return PageClaim{
		Number: oneLine(c.Number, maxOneLine), Reference: oneLine(c.Reference, maxOneLine), Reason: oneLine(b.reason(c), maxOneLine),
		Withheld: c.Withheld, Date: b.words.date("date_long", c.Date), Claimed: b.amount(c.ClaimedMinor), Credited: b.some(c.CreditedMinor),
		Conceded: b.some(c.ConcededMinor), Denied: b.some(c.DeniedMinor), ToPay: b.some(c.ToPayMinor),
	}
}

// reason is what the language calls a shipped reason, else what the installation does.
func (b builder) reason(c Claim) string {
	word := b.words["reason_"+c.ReasonCode]
	if c.Reason == "" || c.ReasonCode == "" || word == "" {
		return c.Reason
	}
	return word
}

// some writes an amount unless there is nothing of it.
func (b builder) some(minor int64) string {
	if minor == 0 {
		return ""
	}
	return b.amount(minor)
}

// ClaimMessageID is the Message-ID of a message about a claim. It depends on the message alone.
func ClaimMessageID(id uuid.UUID, domain string) string {
	return "<claim." + id.String() + "@" + domain + ">"
}

package api

import (
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/matching"
	"arrears/port"
)

// cashProposalJSON is where matching would put a receipt, with its reasons.
type cashProposalJSON struct {
	ID             uuid.UUID                 `json:"id"`
	ReceiptID      uuid.UUID                 `json:"receipt_id"`
	CustomerID     *uuid.UUID                `json:"customer_id,omitempty"`
	Score          int                       `json:"score"`
	Automatic      bool                      `json:"automatic"`
	State          string                    `json:"state"`
	Words          []string                  `json:"words"`
	Currency       string                    `json:"currency"`
	Rate           string                    `json:"rate"`
	RateOn         calendar.Date             `json:"rate_on,omitempty"`
	Applications   []proposedApplicationJSON `json:"applications"`
	Claims         []proposedClaimJSON       `json:"claims"`
	WriteOffs      []proposedWriteOffJSON    `json:"write_offs"`
	Credits        []proposedCreditJSON      `json:"credits"`
	Offsets        []proposedOffsetJSON      `json:"offsets"`
	Residuals      []proposedResidualJSON    `json:"residuals"`
	OnAccountMinor int64                     `json:"on_account_minor"`
	Reasons        []matchReasonJSON         `json:"reasons"`
	Stops          []matchReasonJSON         `json:"stops"`
	RemittanceID   *uuid.UUID                `json:"remittance_id,omitempty"`
	RulesID        *uuid.UUID                `json:"rules_id,omitempty"`
	CreatedAt      time.Time                 `json:"created_at"`
	DecidedBy      string                    `json:"decided_by,omitempty"`
	DecidedAt      *time.Time                `json:"decided_at,omitempty"`
}

type proposedApplicationJSON struct {
	ItemID         uuid.UUID `json:"item_id"`
	CustomerID     uuid.UUID `json:"customer_id"`
	AmountMinor    int64     `json:"amount_minor"`
	ItemMinor      int64     `json:"item_minor"`
	DiscountMinor  int64     `json:"discount_minor"`
	DiscountEarned bool      `json:"discount_earned"`
}

type proposedClaimJSON struct {
	ItemID      *uuid.UUID `json:"item_id,omitempty"`
	InvoiceID   *uuid.UUID `json:"invoice_id,omitempty"`
	AmountMinor int64      `json:"amount_minor"`
	Reason      string     `json:"reason,omitempty"`
	Words       string     `json:"words,omitempty"`
	Reference   string     `json:"reference,omitempty"`
	Netted      bool       `json:"netted"`
}

type proposedWriteOffJSON struct {
	ItemID      uuid.UUID `json:"item_id"`
	AmountMinor int64     `json:"amount_minor"`
	Kind        string    `json:"kind"`
}

type proposedCreditJSON struct {
	CreditMemoID uuid.UUID `json:"credit_memo_id"`
	ItemID       uuid.UUID `json:"item_id"`
	AmountMinor  int64     `json:"amount_minor"`
}

type proposedOffsetJSON struct {
	ItemID      uuid.UUID `json:"item_id"`
	AmountMinor int64     `json:"amount_minor"`
}

type proposedResidualJSON struct {
	ItemID        uuid.UUID `json:"item_id"`
	AmountMinor   int64     `json:"amount_minor"`
	DisputedMinor int64     `json:"disputed_minor"`
}

type matchReasonJSON struct {
	Code        string `json:"code"`
	Words       string `json:"words"`
	Subject     string `json:"subject,omitempty"`
	Other       string `json:"other,omitempty"`
	AmountMinor int64  `json:"amount_minor,omitempty"`
	Currency    string `json:"currency,omitempty"`
	Count       int    `json:"count,omitempty"`
	Points      int    `json:"points,omitempty"`
}

func writeMatchReason(r matching.Reason) matchReasonJSON {
	return matchReasonJSON{
		Code: r.Code, Words: matching.Words(r), Subject: r.Subject, Other: r.Other, AmountMinor: r.Minor, Currency: string(r.Currency),
		Count: r.Count, Points: r.Points,
	}
}

func writeCashProposal(f app.CashProposalFile) cashProposalJSON {
	p := f.Proposal
	return cashProposalJSON{
		ID: f.ID, ReceiptID: f.ReceiptID, CustomerID: optionalID(f.CustomerID), Score: f.Score, Automatic: f.Automatic, State: f.State,
		Words: append([]string{}, f.Words...), Currency: string(p.Currency), Rate: string(p.Rate), RateOn: p.RateOn,
		Applications: each(p.Applications, func(a matching.Application) proposedApplicationJSON {
			return proposedApplicationJSON{a.ItemID, a.CustomerID, a.Minor, a.ItemMinor, a.DiscountMinor, a.DiscountEarned}
		}),
		Claims: each(p.Claims, writeProposedClaim),
		WriteOffs: each(p.WriteOffs, func(w matching.WriteOff) proposedWriteOffJSON {
			return proposedWriteOffJSON{w.ItemID, w.Minor, string(w.Kind)}
		}),
		Credits: each(p.Credits, func(u matching.CreditUse) proposedCreditJSON {
			return proposedCreditJSON{u.CreditID, u.ItemID, u.Minor}
		}),
		Offsets: each(p.Offsets, func(o matching.Offset) proposedOffsetJSON { return proposedOffsetJSON{o.ItemID, o.Minor} }),
		Residuals: each(p.Residuals, func(r matching.Residual) proposedResidualJSON {
			return proposedResidualJSON{r.ItemID, r.Minor, r.DisputedMinor}
		}),
		OnAccountMinor: p.OnAccountMinor, Reasons: each(p.Reasons, writeMatchReason), Stops: each(p.Stops, writeMatchReason),
		RemittanceID: optionalID(p.Advice), RulesID: optionalID(f.RulesID), CreatedAt: f.CreatedAt.UTC(), DecidedBy: f.DecidedBy, DecidedAt: optionalTime(f.DecidedAt),
	}
}

func writeProposedClaim(c matching.Claim) proposedClaimJSON {
	return proposedClaimJSON{
		ItemID: optionalID(c.ItemID), InvoiceID: optionalID(c.InvoiceID), AmountMinor: c.Minor, Reason: c.Reason, Words: c.Words,
		Reference: c.Reference, Netted: c.Netted,
	}
}

// listReceiptProposals has no pages: a receipt has few.
func (s *server) listReceiptProposals(c echo.Context) error {
	list, err := s.app.ReceiptProposals(c.Request().Context(), who(c), pathID(c))
	if err != nil {
		return err
	}
	return answerPage(c, port.Paged[app.CashProposalFile]{Items: list}, writeCashProposal)
}

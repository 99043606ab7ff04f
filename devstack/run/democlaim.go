package run

import (
	"context"
	"fmt"
	"net/url"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/internal/sample"
)

// analystsLimit is what the demonstration's analyst may deny alone.
const analystsLimit = 1_000_00

// payShort records what arrived and opens the case about what was withheld.
func (p *player) payShort(ctx context.Context, key string, e sample.Event, today calendar.Date) error {
	inv, err := p.invoice(ctx, e.Invoice)
	if err != nil {
		return err
	}
	receipt := p.received(inv, e, today)
	receipt["applications"] = []map[string]any{{"invoice_id": inv.ID, "amount_minor": e.AmountMinor}}
	return p.callers[access.Analyst].post(ctx, "/v1/short-payments", key, map[string]any{
		"receipt": receipt,
		"claims": []map[string]any{{
			"invoice_id": inv.ID, "amount_minor": e.ShortMinor, "customer_reason": e.Reason, "claim_reference": e.Claim,
		}},
	})
}

// foundClaim is a case as a list shows it.
type foundClaim struct {
	ID string `json:"id"`
}

// claim finds the case by the customer's reference.
func (p *player) claim(ctx context.Context, reference string) (foundClaim, error) {
	var page struct{ Items []foundClaim }
	query := url.Values{"reference": {reference}}
	if err := p.callers[access.Analyst].get(ctx, "/v1/disputes?"+query.Encode(), &page); err != nil {
		return foundClaim{}, err
	}
	if len(page.Items) == 0 {
		return foundClaim{}, fmt.Errorf("there is no claim %s", reference)
	}
	return page.Items[0], nil
}

// deny lets the analyst decide on small amounts alone, and has the claim denied.
func (p *player) deny(ctx context.Context, key string, e sample.Event) error {
	claim, err := p.claim(ctx, e.Claim)
	if err != nil {
		return err
	}
	limit := fmt.Sprintf("/v1/approval-limits/%s/%s/%s", access.Analyst, e.Currency, dispute.LimitKind(dispute.DecideInvalid))
	if err := p.callers[access.Admin].put(ctx, limit, key+"-limit", map[string]any{"amount_minor": analystsLimit}); err != nil {
		return err
	}
	return p.callers[access.Analyst].post(ctx, "/v1/disputes/"+claim.ID+"/decision", key, map[string]any{
		"kind": dispute.DecideInvalid, "reason": "unearned_discount", "comment": e.Reason, "payable_by": e.DueOn.String(),
	})
}

package run

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/audit"
	"arrears/domain/matching"
	"arrears/internal/terminal"
	"arrears/port"
)

// ofCash says an entry about money that a bank told of.
func (s *story) ofCash(ctx context.Context, e audit.Entry, d data, who string) (mark string, style terminal.Style, text string) {
	switch e.Action {
	case "bank_account.confirmed":
		return "✓", terminal.Cyan, "a supervisor confirms that the account is ours: money on it may be applied by itself"
	case "bank_file.loaded":
		return "⇣", terminal.Cyan, "the bank's file is loaded: " + loaded(d)
	case "bank_file.refused":
		return "✗", terminal.Red, fmt.Sprintf("the bank's file is refused (%s)", d.text("code"))
	case "receipt.recorded", "receipt.allocated":
		applied, _ := d.minor("applied_minor")
		if rest, _ := d.minor("rest_minor"); applied > 0 && rest > 0 {
			return "€", terminal.Green, fmt.Sprintf("%s has paid %s more than that: it stands on its account, and its next messages show it", who, d.amount("rest_minor"))
		}
	case "cash_exception.opened":
		return "…", terminal.Amber, s.names.waits(ctx, e.SubjectID, who, d)
	case "cash_exception.closed":
		return "✓", terminal.Green, fmt.Sprintf("the %s that waited are settled", d.amount("amount_minor"))
	}
	return "", "", ""
}

// loaded says what became of a file's payments.
func loaded(d data) string {
	one := func(n int64, single, several string) string {
		if n == 1 {
			return single
		}
		return fmt.Sprintf(several, n)
	}
	parts := make([]string, 0, 3)
	credits, _ := d.minor("credits")
	applied, _ := d.minor("applied")
	debits, _ := d.minor("debits")
	if credits > 0 {
		parts = append(parts, one(applied, "one payment is applied by itself", "%d payments are applied by themselves"))
	}
	if waits := credits - applied; waits > 0 {
		parts = append(parts, one(waits, "one waits for a clerk", "%d wait for a clerk"))
	}
	if debits > 0 {
		parts = append(parts, one(debits, "one booking takes money away", "%d bookings take money away"))
	}
	return strings.Join(parts, ", ")
}

// waits says what waits for a clerk, why, and whose messages it holds back.
func (n names) waits(ctx context.Context, id, who string, d data) string {
	text := d.amount("amount_minor") + " wait for a clerk"
	if d.text("exception_kind") == "return" {
		text = "the bank takes back " + d.amount("amount_minor") + ": a clerk must say what that was"
	}
	if why := n.why(ctx, id); why != "" {
		text += ": " + why
	}
	if who != "" {
		text += fmt.Sprintf("; %s is asked for that much less meanwhile", who)
	}
	return text
}

// why reads what keeps a payment from being applied by itself.
func (n names) why(ctx context.Context, id string) string {
	key, err := uuid.Parse(id)
	if err != nil {
		return ""
	}
	file, err := n.p.App.CashException(ctx, access.Principal{ID: "story", Role: access.Auditor}, key)
	if err != nil || len(file.Proposals) == 0 {
		return ""
	}
	stops := file.Proposals[0].Proposal.Stops
	all := make([]string, len(stops))
	for i, reason := range stops {
		all[i] = matching.Words(reason)
	}
	return strings.Join(all, "; ")
}

// withheld is what a payer withheld of an invoice when it paid by the receipt.
func (n names) withheld(ctx context.Context, receiptID, invoiceID string) (minor int64) {
	receipt, err := uuid.Parse(receiptID)
	if err != nil {
		return 0
	}
	invoice, err := uuid.Parse(invoiceID)
	if err != nil {
		return 0
	}
	err = n.p.DB.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		filter := port.DisputeFilter{ReceiptID: uuid.NullUUID{UUID: receipt, Valid: true}, InvoiceID: uuid.NullUUID{UUID: invoice, Valid: true}}
		found, err := tx.ListDisputes(ctx, filter, port.Page{Limit: port.MaxLimit})
		for _, d := range found.Items {
			minor += d.Amounts().ClaimedMinor
		}
		return err
	})
	if err != nil {
		return 0
	}
	return minor
}

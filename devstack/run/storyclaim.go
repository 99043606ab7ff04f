package run

import (
	"cmp"
	"fmt"

	"arrears/domain/audit"
	"arrears/internal/terminal"
)

// ofClaim says an entry about a claim.
func ofClaim(e audit.Entry, d data, who, what string) (mark string, style terminal.Style, text string) {
	switch e.Action {
	case "dispute.opened":
		return "✂", terminal.Amber, fmt.Sprintf("%s withholds %s of %s (%s): that part is not asked for until it is decided", who, d.amount("amount_minor"), what, cmp.Or(d.text("reason"), "nobody knows why yet"))
	case "dispute.denied":
		return "✗", terminal.Amber, fmt.Sprintf("the claim of %s is found invalid: %s is owed, and collected", who, d.amount("amount_minor"))
	case "dispute.message_sent":
		return "✉", terminal.Cyan, fmt.Sprintf("%s is written to about its claim: %s", who, d.text("message"))
	case "dispute.repaid":
		return "€", terminal.Green, fmt.Sprintf("%s repays %s of its claim", who, d.amount("amount_minor"))
	case "dispute.closed":
		return "●", terminal.Green, fmt.Sprintf("the claim of %s is closed: nothing of it is open", who)
	}
	return "", "", ""
}

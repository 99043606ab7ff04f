package policy

import (
	"fmt"
	"strings"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// explanations say each reason in English. The verbs: %[1]s the date in words, %[2]s the amount with its currency, %[3]s
// the text.
var explanations = map[string]string{
	ReasonSettled:           "Nothing is open any more.",
	ReasonHandedOver:        "It was handed over on %[1]s; Arrears no longer asks and only watches it.",
	ReasonPromiseOverdue:    "A promise to pay held until %[1]s and was not kept in full by then.",
	ReasonBelowMinimum:      "What may be asked for is less than %[2]s, below which nobody is dunned.",
	ReasonCreditsReserved:   "Open credits and waiting receipts of %[2]s are set against it.",
	ReasonDisputed:          "%[2]s is disputed and not asked for.",
	ReasonPromised:          "%[2]s is promised and held back until %[1]s.",
	ReasonStageAhead:        "The stage %[3]s is reached on %[1]s.",
	ReasonStageReached:      "The stage %[3]s is reached since %[1]s.",
	ReasonMinDays:           "The last notice went out on %[1]s; the least number of business days must lie between two notices.",
	ReasonOneStep:           "One step at a time: the last was taken on %[1]s.",
	ReasonCourtesyLapsed:    "The courtesy reminder %[3]s lapsed, because the due date %[1]s has come.",
	ReasonUnmetMinimumOpen:  "The stage wants at least %[2]s to be collectable.",
	ReasonUnmetOverdueCount: "The stage wants at least %[3]s overdue items of the customer.",
	ReasonUnmetOldestDays:   "The stage wants the customer's oldest overdue item to be at least %[3]s days past due.",
	ReasonUnmetOverdueTotal: "The stage wants at least %[2]s of the customer to be overdue.",
	ReasonStagePassed:       "The conditions of the stage %[3]s are unmet, so it is passed over.",
	ReasonAlreadyOnHold:     "A credit hold is already requested or in force.",
	ReasonUnreachable:       "The customer cannot be reached by any channel of the stage %[3]s.",
	ReasonChannelRefused:    "The notice was refused by %[3]s before.",
	ReasonRejected:          "Approval was rejected on %[1]s; it is asked for again after the review days.",
	ReasonApprovalNeeded:    "Somebody with the role %[3]s must approve.",
	ReasonAwaitingApproval:  "Approval was asked for on %[1]s.",
	ReasonApprovalOverdue:   "The approval was due on %[1]s.",
	ReasonApproved:          "The step is approved.",
	ReasonLadderDone:        "The last stage was done on %[1]s; no other follows.",
	ReasonNoStages:          "The policy never duns.",
	ReasonUnknownStage:      "The last stage done, %[3]s, is not in the policy; the ladder goes on above the level reached.",
	ReasonUnknownZone:       "The time zone %[3]s is unknown; UTC is used.",
	ReasonUnknownCalendar:   "The holiday calendar %[3]s is unknown; only weekends are kept free.",
}

// Explain says a reason in one English sentence. A code it does not know, from another version of the rules, is named.
func Explain(r Reason) string {
	switch r.Code {
	case ReasonBlockedCustomer, ReasonBlockedItem:
		return explainBlock(r)
	case ReasonPromiseBroken:
		return explainBroken(r)
	case ReasonStepLive:
		return explainLive(r)
	}
	sentence, ok := explanations[r.Code]
	if !ok {
		return fmt.Sprintf("Reason: %s.", strings.ReplaceAll(r.Code, "_", " "))
	}
	if !strings.Contains(sentence, "%[") {
		return sentence
	}
	// A sentence uses some of the three; the rest must not be complained about.
	return strings.NewReplacer("%[1]s", inWords(r.Date), "%[2]s", amount(r), "%[3]s", r.Text).Replace(sentence)
}

func explainBlock(r Reason) string {
	what := "The customer"
	if r.Code == ReasonBlockedItem {
		what = "The invoice"
	}
	until := "until it is released"
	if !r.Date.IsZero() {
		until = "through " + inWords(r.Date)
	}
	return fmt.Sprintf("%s has a dunning block (%s) %s.", what, strings.ReplaceAll(r.Text, "_", " "), until)
}

func explainBroken(r Reason) string {
	sentence := fmt.Sprintf("A promise to pay was found not kept on %s", inWords(r.Date))
	switch BrokenPromiseRule(r.Text) {
	case BrokenNextStage:
		return sentence + "; the next stage is due at once."
	case BrokenTask:
		return sentence + "; a person should call."
	}
	return sentence + "."
}

func explainLive(r Reason) string {
	if r.Date.IsZero() {
		return fmt.Sprintf("The stage %s is under way.", r.Text)
	}
	return fmt.Sprintf("The stage %s is under way; its notice is expected to go out on %s.", r.Text, inWords(r.Date))
}

// amount is the reason's amount with its currency.
func amount(r Reason) string { return money.Of(r.Minor, money.Currency(r.Text)).String() }

// inWords writes a date as "Tuesday, 6 January 2026".
func inWords(d calendar.Date) string {
	if d.IsZero() {
		return "an unknown day"
	}
	return fmt.Sprintf("%s, %d %s %d", d.Weekday(), d.Day(), d.Month(), d.Year())
}

package app

import (
	"encoding/json"
	"fmt"
	"strings"

	"arrears/domain/audit"
	"arrears/domain/money"
)

// sentences say what an action was. {key} stands for a value of the entry's data: amounts that end in _minor are written
// with the entry's currency, codes with blanks for underscores. What has no sentence is told by its action.
var sentences = map[string]string{
	"invoice.created":           "The invoice over {amount_minor} was entered; due {due_date}.",
	"invoice.changed":           "The invoice was changed ({fields}).",
	"invoice.voided":            "The invoice was declared void.",
	"receipt.applied":           "{amount_minor} were paid (value date {value_date}); {open_minor} remain open.",
	"receipt.unapplied":         "A receipt was reversed: {amount_minor} are owed again.",
	"credit_memo.applied":       "{amount_minor} were credited; {open_minor} remain open.",
	"credit_memo.unapplied":     "A credit memo was declared void: {amount_minor} are owed again.",
	"write_off.made":            "{amount_minor} were written off ({kind}); {open_minor} remain open.",
	"bank_file.received":        "A bank's file was received.",
	"bank_file.refused":         "The file could not be read ({code}).",
	"bank_file.parked":          "The file could not be loaded so far and needs attention ({code}).",
	"bank_file.loaded":          "The file is loaded: {credits} new credits, {applied} applied by themselves.",
	"bank_account.confirmed":    "The bank account was confirmed as ours.",
	"bank_statement.overridden": "The statement was declared right although its totals contradict each other.",
	"promise.made":              "The customer promised to pay {amount_minor} by {due_on}.",
	"promise.kept":              "The promise was kept: {received_minor} of {amount_minor} came.",
	"promise.partially_kept":    "The promise was partly kept: {received_minor} of {amount_minor} came.",
	"promise.broken":            "The promise over {amount_minor} by {due_on} was broken.",
	"promise.withdrawn":         "The promise over {amount_minor} was withdrawn.",
	"promise.reopened":          "The promise over {amount_minor} by {due_on} is open again.",
	"block.set":                 "Dunning was blocked ({reason}) until {until}.",
	"block.released":            "The dunning block ({reason}) was released.",
	"dispute.flagged":           "{amount_minor} were marked as disputed ({reason}).",
	"dispute.released":          "The dispute over {amount_minor} was released.",
	"note.added":                "A note was added.",
	"call.logged":               "A call was logged ({outcome}).",
	"document.stored":           "A document was stored ({kind}).",
	"task.opened":               "A task was opened ({kind}), due {due_on}.",
	"task.assigned":             "A task was assigned ({kind}).",
	"task.closed":               "A task was closed ({kind}).",
	"case.armed":                "The collection began; the next look is {wake_at}.",
	"case.closed":               "The collection was closed: nothing is left to collect.",
	"case.reopened":             "The collection was taken up again.",
	"case.resumed":              "The collection went on after it had needed attention.",
	"case.parked":               "The collection was parked and needs attention ({code}).",
	"case.restarted":            "The ladder was restarted.",
	"case.woken":                "The collection was woken by hand.",
	"step.done":                 "The stage {stage} was done ({action}).",
	"step.skipped":              "The stage {stage} was passed over ({reason}).",
	"line.gathered":             "A reminder over {amount_minor} was prepared: stage {stage} by {channel}.",
	"line.drafted":              "A reminder over {amount_minor} was drafted for approval: stage {stage} by {channel}.",
	"line.withdrawn":            "The prepared reminder was withdrawn ({reason}).",
	"line.sent":                 "A reminder over {amount_minor} was sent: stage {stage} by {channel}.",
	"line.refused":              "The reminder was refused ({reason}).",
	"notice.dispatched":         "The message was handed over for sending.",
	"notice.dispatched_again":   "The same message was handed over once more.",
	"notice.sent":               "The message was sent.",
	"notice.withdrawn":          "The message was withdrawn ({reason}).",
	"notice.refused":            "The message was refused ({reason}).",
	"approval.requested":        "Approval was asked for ({stage}).",
	"approval.approved":         "It was approved ({stage}).",
	"approval.rejected":         "It was rejected ({stage}).",
	"approval.refused":          "A decision was refused ({code}).",
	"approval.lapsed":           "The request for approval lapsed ({reason}).",
	"approval.reminded":         "The request for approval is overdue ({stage}).",
	"approval.raised":           "The request for approval was raised to the next role ({role}).",
	"approval.skipped":          "The stage was skipped at the approval's deadline ({stage}).",
	"credit_hold.confirmed":     "The credit hold came into force.",
	"credit_hold.lifted":        "The credit hold was lifted.",
	"contact.added":             "A contact of the customer was added ({role}).",
	"contact.changed":           "A contact of the customer was changed ({fields}).",
	"contact.email_failed":      "An e-mail address of the customer failed.",
	"credit_hold.requested":     "A credit hold was requested ({stage}).",

	// Claims.
	"dispute.triaged":                  "The claim was sorted ({reason}).",
	"dispute.evidence_requested":       "Evidence was asked for ({team}).",
	"dispute.evidence_answered":        "The evidence was answered ({kind}): {evidence_state}.",
	"dispute.customer_asked":           "The customer was asked for something.",
	"dispute.customer_replied":         "The customer answered.",
	"exchange_rates.recorded":          "Exchange rates were recorded: {accepted} new, {changed} corrected.",
	"exchange_rate.corrected":          "The exchange rate {base}/{quote} of {valid_on} is {rate} and no longer {was_rate}.",
	"dispute.decision_proposed":        "A decision was proposed ({kind}): {valid_minor} valid, {denied_minor} denied, {conceded_minor} given up ({rates}).",
	"dispute.decided":                  "The claim was decided ({kind}): {valid_minor} valid, {denied_minor} denied, {conceded_minor} given up ({rates}).",
	"dispute.approval_refused":         "The proposed decision was not approved ({kind}).",
	"dispute.decision_retracted":       "The proposed decision ended ({why}).",
	"dispute.settled":                  "The claim was settled: {conceded_minor} were given up for peace.",
	"dispute.submitted":                "The denial was submitted ({submit_channel}), round {round}.",
	"dispute.answered":                 "The customer's answer to the denial: {answer}.",
	"dispute.appealed":                 "The customer objects to the denial: {amount_minor} are undecided again.",
	"dispute.split":                    "The claim was split into {pieces}: {amount_minor} in all.",
	splitOff:                           "A claim over {amount_minor} was split off another.",
	"dispute.given_up":                 "{amount_minor} of the claim were given up.",
	"dispute.withdrawn":                "The customer took the claim back: {amount_minor}.",
	"dispute.reopened":                 "The case was taken up again: {amount_minor} are undecided.",
	"dispute.message_sent":             "The customer was told: {message}.",
	"dispute.deadline_warned":          "The deadline ({deadline}) is near: {due_on}.",
	"dispute.deadline_met":             "What the deadline ({deadline}) of {due_on} asks for has happened.",
	"dispute.deadline_lapsed":          "The deadline ({deadline}) of {due_on} passed; someone higher has a task.",
	"dispute.opened":                   "A claim over {amount_minor} was opened as a {kind} ({reason}), taken on {taken_on}.",
	"dispute.credited":                 "{amount_minor} of the claim were credited.",
	"dispute.uncredited":               "A credit of the claim over {amount_minor} was undone.",
	"dispute.denied":                   "{amount_minor} of the claim are to be paid by {payable_by}.",
	"dispute.repaid":                   "{amount_minor} of the claim were paid after all.",
	"dispute.unrepaid":                 "What was paid of the denied claim was undone: {amount_minor}.",
	"dispute.paid_in_protest":          "{amount_minor} were paid under protest.",
	"dispute.owed_again":               "{amount_minor} of the claim, written off before, stand again.",
	"dispute.voided":                   "The claim over {amount_minor} is void: its receipt was reversed.",
	"dispute.closed":                   "The case was closed ({outcome}).",
	"dispute.credit_memo_requested":    "A credit memo over {amount_minor} was asked for.",
	"receipt.put_on_account":           "{amount_minor} that were paid went on account.",
	"receipt.unallocated":              "{applied_minor} of the receipt are on items by now, {rest_minor} are not.",
	"cash_exception.opened":            "{amount_minor} wait for a clerk ({why}).",
	"cash_exception.taken":             "A clerk took what waits: {amount_minor}.",
	"cash_exception.released":          "A clerk gave back what waits: {amount_minor}.",
	"cash_exception.identified":        "A clerk said whose money it is: {amount_minor}.",
	"cash_exception.held":              "{amount_minor} are held and may not be applied.",
	"cash_exception.freed":             "{amount_minor} that were held may be applied again.",
	"cash_exception.partly_applied":    "A part was put on items; {amount_minor} wait on.",
	"cash_exception.proposal_rejected": "A clerk rejected a proposal for {amount_minor}.",
	"cash_exception.closed":            "What waited is settled ({exception_outcome}).",
	"remittance.received":              "A remittance advice over {amount_minor} came in.",
	"remittance.used":                  "The remittance advice over {amount_minor} found its money.",
	"remittance.voided":                "The remittance advice over {amount_minor} is not to be used.",
	"payer_account.confirmed":          "A bank account was said to be the customer's.",
	"payer_account.refused":            "A bank account was said not to be the customer's.",
	"payer_account.removed":            "A bank account of the customer was forgotten.",
	"cash_rules.published":             "Rules of matching were published ({scope}).",
	"refund.proposed":                  "It was proposed to pay {amount_minor} back.",
	"refund.approved":                  "Paying {amount_minor} back was approved.",
	"refund.refused":                   "Paying {amount_minor} back was not approved.",
	"refund.lapsed":                    "{amount_minor} are not to be paid back after all.",
	"refund.paid":                      "{amount_minor} were paid back.",
	"dispute.linked":                   "The claim was linked to another ({link_kind}, {link_state}).",
}

// splitOff is the sentence of a split in the story of what was split off.
const splitOff = "dispute.split_off"

// inWords tells an audit entry as a sentence. It is never empty.
func inWords(e audit.Entry) string {
	var data map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(e.Data)))
	decoder.UseNumber()
	if err := decoder.Decode(&data); err != nil {
		data = nil
	}
	key := e.Action
	if _, off := data["split_from"]; off {
		key = splitOff
	}
	sentence, ok := sentences[key]
	if !ok {
		return plain(e.Action)
	}
	return fill(sentence, data)
}

// plain tells an action that has no sentence: "case.armed" is "Case armed."
func plain(action string) string {
	text := strings.NewReplacer(".", " ", "_", " ").Replace(action)
	if text == "" {
		return "Something happened."
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// fill puts values in place of their keys. Where a value is missing, the words around it go: "({reason})" disappears with
// its reason, "until {until}" with its date.
func fill(sentence string, data map[string]any) string {
	var b strings.Builder
	for rest := sentence; rest != ""; {
		before, after, found := strings.Cut(rest, "{")
		if !found {
			b.WriteString(rest)
			break
		}
		key, tail, _ := strings.Cut(after, "}")
		text := value(data, key)
		if text == "" && strings.HasSuffix(before, "(") && strings.HasPrefix(tail, ")") {
			before, tail = strings.TrimSuffix(before, " ("), tail[1:]
		} else if text == "" {
			before = dropConnective(before)
		}
		b.WriteString(before)
		b.WriteString(text)
		rest = tail
	}
	return b.String()
}

func dropConnective(before string) string {
	for _, word := range []string{" until ", "; due ", ", due ", " by ", "; the next look is "} {
		if shorter, ok := strings.CutSuffix(before, word); ok {
			return shorter
		}
	}
	return before
}

// value writes one value of the data; empty where there is none.
func value(data map[string]any, key string) string {
	switch v := data[key].(type) {
	case json.Number:
		minor, err := v.Int64()
		if err != nil || !strings.HasSuffix(key, "_minor") {
			return v.String()
		}
		currency, _ := data["currency"].(string)
		return money.Of(minor, money.Currency(currency)).String()
	case string:
		return strings.ReplaceAll(v, "_", " ")
	case []any:
		words := make([]string, 0, len(v))
		for _, element := range v {
			switch word := element.(type) {
			case string:
				words = append(words, strings.ReplaceAll(word, "_", " "))
			case map[string]any:
				words = append(words, rateWords(word))
			}
		}
		return strings.Join(words, ", ")
	}
	return ""
}

// rateWords tell an exchange rate that was used.
func rateWords(data map[string]any) string {
	return fmt.Sprintf("at %v/%v %v of %v by %v", data["base"], data["quote"], data["rate"], data["valid_on"], data["source"])
}

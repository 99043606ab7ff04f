package app

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/audit"
)

func TestInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ action, data, want string }{
		{"invoice.created", `{"amount_minor":123450,"currency":"EUR","due_date":"2026-03-03"}`, "The invoice over EUR 1234.50 was entered; due 2026-03-03."},
		{"invoice.created", `{"amount_minor":1234,"currency":"JPY"}`, "The invoice over JPY 1234 was entered."},
		{"invoice.changed", `{"fields":["purchase_order","items"]}`, "The invoice was changed (purchase order, items)."},
		{"block.set", `{"reason":"customer_request","until":"2026-03-31"}`, "Dunning was blocked (customer request) until 2026-03-31."},
		{"block.set", `{"reason":"legal","until":""}`, "Dunning was blocked (legal)."},
		{"step.skipped", `{"stage":"second"}`, "The stage second was passed over."},
		{"call.logged", `{"outcome":"left_message"}`, "A call was logged (left message)."},
		{"case.armed", `{"wake_at":""}`, "The collection began."},
		{"task.opened", `{"kind":"follow_up","due_on":"2026-03-06"}`, "A task was opened (follow up), due 2026-03-06."},
		{"dispute.opened", `{"kind":"deduction","amount_minor":20000,"currency":"EUR","reason":"","taken_on":"2026-05-11"}`,
			"A claim over EUR 200.00 was opened as a deduction, taken on 2026-05-11."},
		{"dispute.split", `{"amount_minor":20000,"currency":"EUR","pieces":2}`, "The claim was split into 2: EUR 200.00 in all."},
		{"dispute.split", `{"amount_minor":5000,"currency":"EUR","pieces":1,"split_from":"x"}`, "A claim over EUR 50.00 was split off another."},
		{"what.ever_happened", `{}`, "What ever happened."},
		{"note.added", `no json`, "A note was added."},
	} {
		got := inWords(audit.Entry{Action: c.action, Data: []byte(c.data)})
		require.Equal(t, c.want, got)
	}
}

// No sentence leaves a trace of its keys, whatever the entry lacks.
func TestNoSentenceShowsItsKeys(t *testing.T) {
	t.Parallel()
	for action := range sentences {
		text := inWords(audit.Entry{Action: action, Data: []byte(`{}`)})
		require.False(t, strings.ContainsAny(text, "{}"), text)
		require.True(t, strings.HasSuffix(text, "."), text)
	}
}

package replay

import (
	"fmt"
	"slices"
	"strings"

	"arrears/domain/policy"
)

// difference names the fields in which two decisions differ, recorded first; empty when they agree.
func difference(was, is policy.Decision) string {
	var diffs []string
	note := func(field string, was, is any) {
		diffs = append(diffs, fmt.Sprintf("%s was %v, is %v", field, was, is))
	}
	if was.Now != is.Now {
		note("now", named(was.Now), named(is.Now))
	}
	if !sameInstant(was.WakeAt, is.WakeAt) {
		note("wake_at", was.WakeAt.UTC(), is.WakeAt.UTC())
	}
	if was.AtWake != is.AtWake {
		note("at_wake", named(was.AtWake), named(is.AtWake))
	}
	if len(was.Items) != len(is.Items) {
		note("items", len(was.Items), len(is.Items))
		return strings.Join(diffs, "; ")
	}
	for i := range was.Items {
		diffs = append(diffs, itemDifference(i, was.Items[i], is.Items[i])...)
	}
	return strings.Join(diffs, "; ")
}

// itemDifference compares everything of an item's decision, its reasons included.
func itemDifference(i int, was, is policy.ItemDecision) []string {
	var diffs []string
	for _, f := range []struct {
		name    string
		was, is any
	}{
		{"item_id", was.ItemID, is.ItemID},
		{"verb", was.Verb, is.Verb},
		{"do", named(was.Do), named(is.Do)},
		{"stage", was.Stage, is.Stage},
		{"level", was.Level, is.Level},
		{"action", was.Action, is.Action},
		{"channel", was.Channel, is.Channel},
		{"template", was.Template, is.Template},
		{"task", was.TaskKind, is.TaskKind},
		{"ask_minor", was.AskMinor, is.AskMinor},
		{"on", was.On, is.On},
		{"wake_at", was.WakeAt.UTC(), is.WakeAt.UTC()},
		{"at_wake", named(was.AtWake), named(is.AtWake)},
	} {
		if f.was != f.is {
			diffs = append(diffs, fmt.Sprintf("items[%d].%s was %v, is %v", i, f.name, f.was, f.is))
		}
	}
	if !slices.Equal(was.Reasons, is.Reasons) {
		diffs = append(diffs, fmt.Sprintf("items[%d].reasons were %s, are %s", i, codes(was.Reasons), codes(is.Reasons)))
	}
	return diffs
}

func codes(reasons []policy.Reason) string {
	all := make([]string, len(reasons))
	for i, r := range reasons {
		all[i] = r.Code
	}
	return "[" + strings.Join(all, " ") + "]"
}

// named says "wait" for the decision to do nothing.
func named(do policy.Do) policy.Do {
	if do == policy.DoNothing {
		return "wait"
	}
	return do
}

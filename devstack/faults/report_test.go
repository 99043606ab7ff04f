package faults

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"arrears/devstack/e2e/house"
)

// outcome is what came of a fault: a row of docs/faults.md.
type outcome struct {
	group, fault, expected string
	kills                  int    // processes that were ended
	resent                 int    // sendings that the record counts as repeated
	doubled                int    // mails that came once more than they should have
	withdrawn              int    // notices given up because a crash hid whether they had left and the facts had changed
	note                   string // what else was seen
}

// outcomes collects them over all tests.
type outcomes struct {
	mu   sync.Mutex
	rows []outcome
}

var found outcomes

// tell notes what came of a fault when the test ends, unless it failed.
func tell(t *testing.T, h *house.House, o outcome) {
	t.Helper()
	o.resent, o.doubled = h.Resent(), h.Duplicates()
	o.withdrawn = house.Value[int](h, `SELECT coalesce(sum(value), 0)::int FROM counters WHERE name = 'withdrawn_in_sending'`)
	t.Logf("%s: %d killed, %d sent again, %d came twice, %d withdrawn while being sent. %s", o.fault, o.kills, o.resent, o.doubled, o.withdrawn, o.note)
	t.Cleanup(func() {
		if t.Failed() {
			return
		}
		found.mu.Lock()
		defer found.mu.Unlock()
		found.rows = append(found.rows, o)
	})
}

// The lines of the document between which the tables stand.
const (
	tablesBegin = "<!-- tables: begin -->"
	tablesEnd   = "<!-- tables: end -->"
)

// groups are the tables, in order.
func groups() []string {
	return []string{groupPoints, groupStorm, groupServers, groupMail, groupTime, groupPoison}
}

const (
	groupPoints  = "Killed at every named failpoint"
	groupStorm   = "Killed at random"
	groupServers = "Servers taken away"
	groupMail    = "The mail server misbehaves"
	groupTime    = "Clocks jump"
	groupPoison  = "A poisoned invoice"
)

func (o *outcomes) tables() string {
	var b strings.Builder
	for _, g := range groups() {
		var rows []outcome
		for _, r := range o.rows {
			if r.group == g {
				rows = append(rows, r)
			}
		}
		if len(rows) == 0 {
			continue
		}
		slices.SortFunc(rows, func(a, b outcome) int { return cmp.Compare(a.fault, b.fault) })
		fmt.Fprintf(&b, "\n## %s\n\n| fault | expected | killed | sent again | came twice | withdrawn | seen |\n| --- | --- | --- | --- | --- | --- | --- |\n", g)
		for _, r := range rows {
			fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %d | %s |\n", r.fault, r.expected, r.kills, r.resent, r.doubled, r.withdrawn, cmp.Or(r.note, "as expected"))
		}
	}
	return b.String()
}

// write puts the tables into the document at path.
func (o *outcomes) write(path string) error {
	if path == "" || len(o.rows) == 0 {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, begins := strings.Cut(string(text), tablesBegin)
	_, after, ends := strings.Cut(rest, tablesEnd)
	if !begins || !ends {
		return fmt.Errorf("%s has no place for the tables", path)
	}
	return os.WriteFile(path, []byte(before+tablesBegin+"\n"+o.tables()+"\n"+tablesEnd+after), 0o644)
}

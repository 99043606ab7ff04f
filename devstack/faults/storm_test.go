package faults

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/devstack/e2e/house"
	"arrears/devstack/mailsink"
	"arrears/domain/access"
)

// storm kills whatever there is, at random, while everything is in use.
type storm struct {
	*rig
	crew   *crew
	seed   int64
	random *rand.Rand
	quit   chan struct{}
	victim map[string]int
	struck map[string]func() error
}

// Two workers, two relays and two interfaces, PostgreSQL and Temporal are killed at random, each a process of its own, while
// files are loaded, invoices entered, reminders sent, approvals decided, receipts recorded and notes taken. At the end, nothing
// that was answered is missing, and every law holds.
func TestAStormOfKills(t *testing.T) {
	kills := int(number(t, killsEnv, fewKills))
	s := newStorm(t, kills)
	defer s.crew.dismiss()
	var keeper sync.WaitGroup
	keeper.Go(func() { s.keepEngine(s.quit) })
	defer keeper.Wait()
	defer close(s.quit)

	office := s.openOffice()
	s.h.Until("everybody is at work", office.atWork)
	s.rage(kills)
	office.close()
	awaitDatabase(t, s.h)
	office.decideAll()
	s.h.UntilLong("everything has come to rest", office.atRest)
	s.h.Laws()
	s.h.Replays(12)
	office.audit()
	note := fmt.Sprintf("%s; %s; %d starts of Temporal failed while PostgreSQL was away; seed %d", s.tally(), office, s.failed, s.seed)
	t.Log(note)
	tell(t, s.h, outcome{
		group: groupStorm, fault: fmt.Sprintf("%d kills of 2 workers, 2 relays, 2 interfaces, PostgreSQL and Temporal while all is in use", kills),
		expected: "nothing lost, nothing twice beyond the window", kills: kills, note: note,
	})
}

func newStorm(t *testing.T, kills int) *storm {
	t.Helper()
	chosen := seed(t)
	s := &storm{
		seed: chosen, rig: newRig(t, house.Options{Idle: true, Policy: remindNow}), quit: make(chan struct{}), victim: map[string]int{},
		random: rand.New(rand.NewPCG(uint64(chosen), uint64(kills))),
	}
	s.h.Publish(askFirst)
	s.h.Mail.Behave(func(string) mailsink.Verdict { return mailsink.Slow(150 * time.Millisecond) })
	s.crew = newCrew(t, s.h)
	return s
}

// openOffice starts the processes of the product and those who use them.
func (s *storm) openOffice() *office {
	var hosts []string
	s.struck = map[string]func() error{"PostgreSQL": s.killDatabase, "Temporal": func() error { s.killEngine(); return nil }}
	keep := func(name string, args []string, env ...string) {
		p := s.crew.keep(name, args, env...)
		s.struck[name] = func() error { p.kill(); return nil }
	}
	for i := range 2 {
		keep(fmt.Sprintf("worker %d", i), []string{"worker", "--no-relay"})
		keep(fmt.Sprintf("relay %d", i), []string{"relay"})
		host := house.FreeAddress(s.t)
		hosts = append(hosts, host)
		keep(fmt.Sprintf("api %d", i), []string{"serve"}, "ARREARS_HTTP_ADDR="+host)
	}
	return openOffice(s.t, s.h, newCaller(s.t, s.h.Key("books", access.Admin), hosts...), s.h.Key("boss", access.Supervisor))
}

// rage kills so many, at random intervals.
func (s *storm) rage(kills int) {
	who := slices.Sorted(maps.Keys(s.struck))
	for i := range kills {
		if i%len(who) == 0 { // dealt like cards, so that everybody gets a share
			s.random.Shuffle(len(who), func(a, b int) { who[a], who[b] = who[b], who[a] })
		}
		name := who[i%len(who)]
		time.Sleep(time.Duration(100+s.random.IntN(1400)) * time.Millisecond)
		if err := s.struck[name](); err != nil {
			s.t.Errorf("%s: %v", name, err)
			return
		}
		s.victim[name]++
	}
	require.Equal(s.t, kills, sum(s.victim))
}

func sum(counts map[string]int) int {
	total := 0
	for _, n := range counts {
		total += n
	}
	return total
}

// tally tells how often each was killed.
func (s *storm) tally() string {
	kinds := map[string]int{}
	for name, n := range s.victim {
		kind, _, _ := strings.Cut(name, " ")
		kinds[kind] += n
	}
	var parts []string
	for _, kind := range slices.SortedFunc(maps.Keys(kinds), func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) }) {
		parts = append(parts, fmt.Sprintf("%s %d", kind, kinds[kind]))
	}
	return "killed: " + strings.Join(parts, ", ")
}

package activities_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/activities"
	"arrears/app"
	"arrears/domain/casework"
	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/internal/testkit/pump"
	"arrears/notify"
	"arrears/workflows/contract"
)

// toTheFirst lives through the days up to the first dunning notice.
func toTheFirst(t *testing.T, p *pump.Pump, c receivable.Customer) receivable.Invoice {
	t.Helper()
	assign(t, p, c, ladder("first", remind("first", 5)))
	inv := p.Invoice(c, "R1", 100_00, "2024-02-01")
	p.Through("2024-02-06")
	return inv
}

// A refused address moves the case to another contact, then to a letter; the contact is marked and a person told.
func TestARefusedAddressMovesTheCase(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	p.Mail.Answer = answers(notice.RefusedAddress)
	c := p.Customer("1001", func(in *app.NewCustomer) {
		in.Contacts = append(in.Contacts, app.NewContact{Role: receivable.RoleManagement, Email: "boss@1001.example"})
	})
	toTheFirst(t, p, c)
	require.Equal(t, []notice.State{notice.Refused, notice.Refused, notice.Sent}, states(p.Notices()))
	to := []string{p.Mail.Messages()[0].To, p.Mail.Messages()[1].To}
	require.Equal(t, []string{"accounts@1001.example", "boss@1001.example"}, to)
	require.Len(t, p.Post.Messages(), 1)
	require.Equal(t, []pump.SentLine{{On: date("2024-02-06"), Invoice: "R1", Part: 1, Level: 1, Channel: "letter", Currency: "EUR", Ask: 100_00, Stage: "first"}}, p.Sent())
	require.Len(t, p.Tasks("bad_address"), 2)
	got, err := p.App.Customer(t.Context(), pump.Boss, c.ID)
	require.NoError(t, err)
	for _, k := range got.Contacts {
		require.NotNil(t, k.EmailFailedAt)
		require.Equal(t, "told so", k.EmailFailure)
	}
}

// A refused message moves the case to the next channel; when none is left, to a person.
func TestARefusedMessageMovesTheCase(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	p.Mail.Answer, p.Post.Answer = answers(notice.RefusedMessage), answers(notice.RefusedMessage)
	inv := toTheFirst(t, p, p.Customer("1001"))
	require.Empty(t, p.Sent())
	require.Len(t, p.Tasks(policy.TaskNoAddress), 1)
	require.Zero(t, p.Items(inv.ID)[0].Level)
	attempts := 0
	for _, s := range p.Case(inv.ID).Steps {
		require.Equal(t, casework.StepRefused, s.State)
		attempts = max(attempts, s.Attempt)
	}
	require.Equal(t, 2, attempts)
}

// Turned away for now: tried again, composed anew because nobody can have it; no repetition is counted.
func TestATemporaryRefusalIsTriedAgain(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	var inv receivable.Invoice
	answer := answers(notice.Temporary, notice.Temporary, notice.Accepted)
	p.Mail.Answer = func(m notify.Message) notify.Outcome {
		if len(p.Mail.Messages()) == 2 {
			p.Pay(inv, "P1", 40_00)
		}
		return answer(m)
	}
	c := p.Customer("1001")
	assign(t, p, c, ladder("first", remind("first", 5)))
	inv = p.Invoice(c, "R1", 100_00, "2024-02-01")
	p.Through("2024-02-06")
	require.Len(t, p.Mail.Messages(), 3)
	require.EqualValues(t, 60_00, p.Sent()[0].Ask)
	require.Zero(t, p.Counters()["resent_same_bytes"])
	n := p.Notices()[0]
	require.Equal(t, 3, n.Dispatches)
	require.Zero(t, n.Resends)
	require.Len(t, p.Errors, 2)
	require.Equal(t, activities.CodeTemporary, fault.CodeOf(p.Errors[0]))
}

// The answer was lost: unchanged facts send the same bytes under the same Message-ID again, and that is counted.
func TestALostAnswerSendsTheSameBytesAgain(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	p.Mail.Answer = answers(notice.Unknown, notice.Accepted)
	toTheFirst(t, p, p.Customer("1001"))
	sent := p.Mail.Messages()
	require.Len(t, sent, 2)
	require.Equal(t, sent[0], sent[1])
	require.Len(t, p.Sent(), 1)
	require.EqualValues(t, 1, p.Counters()["resent_same_bytes"])
	require.Equal(t, 1, p.Notices()[0].Resends)
}

// The answer was lost and the facts changed since: withdrawn, counted, and asked anew for what remains.
func TestALostAnswerWithChangedFactsWithdraws(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	var inv receivable.Invoice
	answer := answers(notice.Unknown, notice.Accepted)
	p.Mail.Answer = func(m notify.Message) notify.Outcome {
		if len(p.Mail.Messages()) == 1 {
			p.Pay(inv, "P1", 40_00)
		}
		return answer(m)
	}
	c := p.Customer("1001")
	assign(t, p, c, ladder("first", remind("first", 5)))
	inv = p.Invoice(c, "R1", 100_00, "2024-02-01")
	p.Through("2024-02-06")
	require.Equal(t, []notice.State{notice.Withdrawn, notice.Sent}, states(p.Notices()))
	require.EqualValues(t, 60_00, p.Sent()[0].Ask)
	counters := p.Counters()
	require.EqualValues(t, 1, counters["withdrawn_in_sending"])
	require.Zero(t, counters["paid_while_sending"])
	require.Zero(t, counters["resent_same_bytes"])
	require.NotEqual(t, p.Notices()[0].MessageID, p.Notices()[1].MessageID)
}

// A channel that does not get ready commits nothing.
func TestAChannelThatIsNotReady(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	var down atomic.Bool
	down.Store(true)
	p.Mail.PrepareError = func() error {
		if down.Load() {
			return fault.New(fault.Unavailable, notify.CodeUnavailable, "down")
		}
		return nil
	}
	toTheFirst(t, p, p.Customer("1001"))
	require.Equal(t, []notice.State{notice.Gathering}, states(p.Notices()))
	require.Zero(t, p.Notices()[0].Dispatches)
	down.Store(false)
	p.Through("2024-02-07")
	require.Len(t, p.Sent(), 1)
	require.Zero(t, p.Mail.OpenSessions())
}

// What is paid between the commit of its dispatch and the answer is counted: it is the one way to be reminded of what is paid.
func TestAPaymentWhileItIsSentIsCounted(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	var inv receivable.Invoice
	p.Mail.Answer = func(notify.Message) notify.Outcome {
		p.Pay(inv, "P1", 100_00)
		return notify.Outcome{Kind: notice.Accepted}
	}
	c := p.Customer("1001")
	assign(t, p, c, ladder("first", remind("first", 5)))
	inv = p.Invoice(c, "R1", 100_00, "2024-02-01")
	p.Through("2024-02-10")
	require.Equal(t, []notice.State{notice.Sent}, states(p.Notices()))
	require.EqualValues(t, 1, p.Counters()["paid_while_sending"])
	require.Equal(t, casework.CaseClosed, p.Case(inv.ID).State)
}

// A mail server that is down all day is a person's task each day; once it is back, the notice goes out by itself.
func TestADayOfFailuresIsAPersonsTask(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(p *pump.Pump, down *atomic.Bool){
		"turned away": func(p *pump.Pump, down *atomic.Bool) {
			p.Mail.Answer = func(notify.Message) notify.Outcome {
				if down.Load() {
					return notify.Outcome{Kind: notice.Temporary, Detail: "full"}
				}
				return notify.Outcome{Kind: notice.Accepted}
			}
		},
		"not ready": func(p *pump.Pump, down *atomic.Bool) {
			p.Mail.PrepareError = func() error {
				if down.Load() {
					return fault.New(fault.Unavailable, notify.CodeUnavailable, "down")
				}
				return nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPump(t, pump.Options{Quick: true})
			down := &atomic.Bool{}
			down.Store(true)
			fail(p, down)
			inv := toTheFirst(t, p, p.Customer("1001"))
			p.Through("2024-02-07")
			require.Len(t, p.Tasks("needs_attention"), 2)
			down.Store(false)
			p.Through("2024-02-08")
			require.Len(t, p.Sent(), 1)
			require.Equal(t, 1, p.Items(inv.ID)[0].Level)
		})
	}
}

// A permanent fault parks the notice in front of a person; a nudge takes it up again.
func TestAPermanentFaultParksTheNotice(t *testing.T) {
	t.Parallel()
	templates, err := notice.Load(nil)
	require.NoError(t, err)
	mended := &atomic.Bool{}
	p := newPump(t, pump.Options{Templates: broken{templates, mended}})
	inv := toTheFirst(t, p, p.Customer("1001"))
	require.Len(t, p.Tasks("needs_attention"), 1)
	id := p.Notices()[0].ID
	next, running := p.Running(contract.KindNotice, id)
	require.True(t, running)
	require.Equal(t, contract.Next{}, next)

	mended.Store(true)
	require.NoError(t, p.App.WakeCase(t.Context(), pump.Boss, inv.ID))
	p.Through("2024-02-07")
	require.Len(t, p.Sent(), 1)
}

// broken renders nothing until it is mended.
type broken struct {
	notice.Renderer
	mended *atomic.Bool
}

func (b broken) Render(c notice.Content) (notice.Rendered, error) {
	if !b.mended.Load() {
		return notice.Rendered{}, fault.New(fault.Invalid, notice.CodeTemplate, "reminder.txt:3 is broken")
	}
	return b.Renderer.Render(c)
}

// A permanent fault parks the case: it needs attention, and goes on when a person wakes it.
func TestAPermanentFaultParksTheCase(t *testing.T) {
	t.Parallel()
	templates, err := notice.Load(nil)
	require.NoError(t, err)
	mended := &atomic.Bool{}
	p := newPump(t, pump.Options{Templates: broken{templates, mended}})
	c := p.Customer("1001")
	assign(t, p, c, ladder("first", approved(remind("first", 5), policy.DeadlineRemind)))
	inv := p.Invoice(c, "R1", 100_00, "2024-02-01")
	p.Through("2024-02-07")
	parked := p.Case(inv.ID)
	require.Equal(t, casework.CaseNeedsAttention, parked.State)
	require.Equal(t, notice.CodeTemplate, parked.AttentionCode)
	require.Len(t, p.Tasks("needs_attention"), 1)
	list, err := p.App.ListAttention(t.Context(), pump.Boss, portPage())
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	require.Empty(t, p.OpenApprovals())

	mended.Store(true)
	require.NoError(t, p.App.WakeCase(t.Context(), pump.Boss, inv.ID))
	p.Settle()
	require.Len(t, p.OpenApprovals(), 1)
	require.Equal(t, casework.CaseActive, p.Case(inv.ID).State)
}

// What is not there has nothing to wait for.
func TestParkingWhatDoesNotExist(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	parking := &activities.Parking{Store: p.DB, Clock: fixed{p.Now()}}
	for _, kind := range []string{contract.KindInvoice, contract.KindNotice} {
		next, err := parking.Park(t.Context(), contract.ParkInput{Subject: uuid.New(), Kind: kind, Activity: "x", Code: "y"})
		require.NoError(t, err)
		require.True(t, next.Closed)
	}
}

// fixed is a clock that stands still.
type fixed struct{ at time.Time }

func (f fixed) Now(context.Context) (time.Time, error) { return f.at, nil }

func (f fixed) Real(_ context.Context, business time.Time) (time.Time, error) { return business, nil }

// A channel that the policy does not know of is passed over; one that goes away refuses what gathered for it.
func TestAChannelThatIsNotSetUp(t *testing.T) {
	t.Parallel()
	channels := map[receivable.Channel]activities.Channel{}
	p := newPump(t, pump.Options{Channels: channels})
	channels[receivable.Letter] = p.Post
	toTheFirst(t, p, p.Customer("1001"))
	require.Equal(t, receivable.Letter, p.Sent()[0].Channel)

	channels[receivable.Email] = p.Mail
	c := p.Customer("1002")
	assign(t, p, c, ladder("later", remind("first", 5)))
	p.Invoice(c, "R2", 100_00, "2024-03-01")
	p.Through("2024-03-05")
	p.Step(15 * time.Minute)
	p.Settle()
	delete(channels, receivable.Email)
	p.RunUntilQuiet()
	require.Equal(t, []notice.State{notice.Sent, notice.Refused, notice.Sent}, states(p.Notices()))
}

// stalling is a real clock that jumps while a dispatch commits.
type stalling struct {
	now   time.Time
	jumps []time.Duration
}

func (s *stalling) time() time.Time {
	if len(s.jumps) > 0 {
		s.now = s.now.Add(s.jumps[0])
		s.jumps = s.jumps[1:]
	}
	return s.now
}

// What is not handed over within two seconds of its dispatch is dispatched again: facts are looked at again.
func TestASlowHandOverIsDispatchedAgain(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001")
	assign(t, p, c, ladder("first", remind("first", 5)))
	p.Invoice(c, "R1", 100_00, "2024-02-01")
	p.Through("2024-02-05")
	p.Step(9 * time.Hour)
	p.App = nil
	gatherOnly(t, p)
	n := p.Notices()[0]
	templates, err := notice.Load(nil)
	require.NoError(t, err)
	// The clock is asked for: the pause, the mark, the commit, and the age of the commit.
	clock := &stalling{now: p.Now().Add(time.Hour), jumps: []time.Duration{0, 0, 0, 0, 3 * time.Second}}
	acts := &activities.Notices{
		Store: p.DB, Clock: fixed{p.Now()}, Real: clock.time,
		Office: activities.Office{Renderer: templates, Channels: map[receivable.Channel]activities.Channel{receivable.Email: p.Mail}},
	}
	next, err := acts.DeliverNotice(t.Context(), contract.Step{Subject: n.ID})
	require.NoError(t, err)
	require.True(t, next.Closed)
	require.Len(t, p.Mail.Messages(), 1)
	sent := p.Notices()[0]
	require.Equal(t, notice.Sent, sent.State)
	require.GreaterOrEqual(t, sent.Dispatches, 2)
	require.Zero(t, sent.Resends)
	require.Zero(t, p.Counters()["resent_same_bytes"])
}

// gatherOnly lets the case put its line into a notice and no more.
func gatherOnly(t *testing.T, p *pump.Pump) {
	t.Helper()
	p.Mail.PrepareError = func() error { return fault.New(fault.Unavailable, notify.CodeUnavailable, "down") }
	p.Settle()
	p.Mail.PrepareError = nil
}

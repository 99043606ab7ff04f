package house

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/port"
	"arrears/workflows/contract"
)

// Stepped is a clock that stands at an instant in UTC, written "2006-01-02 15:04", until Advance moves it.
func Stepped(at string) calendar.Clock {
	return calendar.Clock{Kind: calendar.SteppedClock, Position: instant(at), Epoch: instant(at), Origin: instant(at), Rate: 1}
}

// Scaled is a clock that begins at an instant in UTC when the installation is there, however long that takes, and shows a day
// in the given real time.
func Scaled(at string, day time.Duration) calendar.Clock {
	const still = 100 * 365 * 24 * time.Hour
	return calendar.Clock{
		Kind: calendar.ScaledClock, Epoch: time.Now().Add(still), Origin: instant(at), Position: instant(at), Rate: int64(24 * time.Hour / day),
	}
}

// begin lets a scaled clock go, before anybody has read it.
func (h *House) begin() {
	h.t.Helper()
	_, err := h.Product.DB.ResumeClock(h.t.Context(), time.Now())
	require.NoError(h.t, err)
}

// instant reads what the author of a test wrote.
func instant(text string) time.Time {
	at, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return at.UTC()
}

// Advance moves a stepped clock to an instant, from one moment at which something is due to the next, and waits at each
// until all is quiet.
func (h *House) Advance(to string) {
	h.t.Helper()
	target := instant(to)
	for range 1000 {
		h.Quiet()
		at := h.nextMoment()
		if at.IsZero() || at.After(target) {
			h.step(target)
			return
		}
		h.step(at)
		h.nudgeDue(at)
	}
	h.t.Fatalf("the way to %s does not end", to)
}

func (h *House) step(to time.Time) {
	h.t.Helper()
	if !to.After(h.Now()) {
		return
	}
	require.NoError(h.t, h.Product.DB.InTx(h.t.Context(), func(ctx context.Context, tx port.Tx) error { return tx.StepClock(ctx, to) }))
}

// The notices that wait for a moment, the active cases, and the claims that have not ended or that a deadline outlives.
const (
	waiting   = `state IN ('gathering','draft','sealed') AND wake_at IS NOT NULL`
	dueMoment = `SELECT min(wake_at) FROM (SELECT wake_at FROM cases WHERE state = 'active' UNION ALL SELECT wake_at FROM notices WHERE ` + waiting + `
UNION ALL SELECT wake_at FROM disputes WHERE ` + live + `) w`
	live = `(state NOT IN ('closed','void') OR deadline_on IS NOT NULL)`
)

// nextMoment is the next at which a case, a notice or a claim has something to do; the zero time when there is none.
func (h *House) nextMoment() time.Time {
	h.t.Helper()
	if at := Value[*time.Time](h, dueMoment); at != nil {
		return at.UTC()
	}
	return time.Time{}
}

// nudgeDue is what a rehearsal's driver does: it nudges what waits for this moment.
func (h *House) nudgeDue(at time.Time) {
	h.t.Helper()
	cases := Column[uuid.UUID](h, `SELECT id FROM cases WHERE state = 'active' AND wake_at <= $1`, at)
	notices := Column[uuid.UUID](h, `SELECT id FROM notices WHERE `+waiting+` AND wake_at <= $1`, at)
	claims := Column[uuid.UUID](h, `SELECT id FROM disputes WHERE `+live+` AND wake_at <= $1`, at)
	var nudges []port.Nudge
	for _, id := range claims {
		nudges = append(nudges, port.Nudge{
			WorkflowID: contract.WorkflowID(contract.KindDispute, id), SubjectID: id, Kind: contract.KindDispute, FirstAction: contract.ReviewDispute,
		})
	}
	for _, id := range notices {
		nudges = append(nudges, port.Nudge{
			WorkflowID: contract.WorkflowID(contract.KindNotice, id), SubjectID: id, Kind: contract.KindNotice, FirstAction: contract.ReviewNotice,
		})
	}
	require.NoError(h.t, h.Product.DB.InTx(h.t.Context(), func(ctx context.Context, tx port.Tx) error {
		if err := tx.NudgeCases(ctx, cases); err != nil {
			return err
		}
		return tx.Write(ctx, port.Work{Nudges: nudges})
	}))
}

// Jump moves a stepped clock at once, past everything that would have been due in between, and nudges what is due then: what
// an outage of months leaves.
func (h *House) Jump(to string) {
	h.t.Helper()
	target := instant(to)
	h.step(target)
	h.nudgeDue(target)
}

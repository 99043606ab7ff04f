package relay_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/internal/testkit"
	"arrears/port"
	"arrears/relay"
	"arrears/store"
	"arrears/workflows/contract"
)

const parent = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"

type inSpan struct{}

// tracer notes the deliveries that it made spans of.
type tracer struct {
	mu     sync.Mutex
	parent []string
	codes  []string
}

func (r *tracer) Deliver(ctx context.Context, n port.Nudge) (context.Context, func(error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.parent = append(r.parent, n.Traceparent)
	return context.WithValue(ctx, inSpan{}, true), func(err error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.codes = append(r.codes, fault.CodeOf(err))
	}
}

// spanned refuses what does not come in a span.
type spanned struct{ recorder }

func (s *spanned) Nudge(ctx context.Context, kind string, in contract.Input) error {
	if ctx.Value(inSpan{}) == nil {
		return fault.New(fault.Internal, "test.no_span", "the call is in no span")
	}
	return s.recorder.Nudge(ctx, kind, in)
}

func TestADeliveryContinuesTheTraceOfItsRow(t *testing.T) {
	t.Parallel()
	_, address := testkit.DB(t)
	db, err := store.Open(t.Context(), address, store.Traced(nil, func(context.Context) string { return parent }))
	require.NoError(t, err)
	t.Cleanup(db.Close)
	leave(t, db, nudge(time.Time{}, contract.Review))
	var spans tracer
	e := &spanned{}
	e.fail = fault.New(fault.Unavailable, "engine.away", "not now")
	r := relay.New(relay.Options{Outbox: db, Engine: e, Clock: clock{now: now}, Real: func() time.Time { return now }, Lead: lead(db), Tracer: &spans})
	_, err = r.Once(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{parent}, spans.parent)
	require.Equal(t, []string{"engine.away"}, spans.codes)
}

// A row that nothing traced has no span, and needs no tracer.
func TestARowWithoutATraceHasNoSpan(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	leave(t, db, nudge(time.Time{}, contract.Review))
	var spans tracer
	e := &recorder{}
	_, err := relay.New(relay.Options{
		Outbox: db, Engine: e, Clock: clock{now: now}, Real: func() time.Time { return now }, Lead: lead(db), Tracer: &spans,
	}).Once(t.Context())
	require.NoError(t, err)
	require.Len(t, e.all(), 1)
	require.Empty(t, spans.parent)
}

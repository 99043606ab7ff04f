package wire

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"arrears/activities"
	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/port"
)

// fakeChannel is ready, or not, and gives the outcome it was told to give.
type fakeChannel struct {
	activities.Channel
	away    error
	outcome notice.Outcome
}

func (f fakeChannel) Prepare(context.Context) (activities.Session, error) { return f, f.away }

func (f fakeChannel) Send(context.Context, notice.Message) notice.Outcome { return f.outcome }

func (f fakeChannel) Close() error { return nil }

// recorded is a provider whose spans are kept.
func recorded(t *testing.T) (*tracetest.SpanRecorder, *sdktrace.TracerProvider) {
	t.Helper()
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	t.Cleanup(func() { require.NoError(t, provider.Shutdown(context.WithoutCancel(t.Context()))) })
	return recorder, provider
}

func attributesOf(s sdktrace.ReadOnlySpan) map[string]string {
	found := map[string]string{}
	for _, a := range s.Attributes() {
		found[string(a.Key)] = a.Value.String()
	}
	return found
}

func TestASendIsASpanWithoutItsRecipient(t *testing.T) {
	t.Parallel()
	spans, provider := recorded(t)
	message := notice.Message{
		NoticeID: uuid.MustParse("0198f000-0000-7000-8000-000000000001"), To: "mayer@customer.example",
		Raw: []byte("From: a\r\nmessage-id: <n.1@house.example>\r\nTo: mayer@customer.example\r\n\r\nMessage-ID: <another>\r\n"),
	}
	for _, outcome := range []notice.Outcome{{Kind: notice.Accepted, Code: 250}, {Kind: notice.RefusedAddress, Code: 550, Detail: "mayer is unknown"}} {
		channel := tracedChannel{Channel: fakeChannel{outcome: outcome}, name: receivable.Email, tracer: provider.Tracer("t")}
		session, err := channel.Prepare(t.Context())
		require.NoError(t, err)
		require.Equal(t, outcome, session.Send(t.Context(), message))
		require.NoError(t, session.Close())
	}
	list := spans.Ended()
	require.Len(t, list, 4, "prepare and send, twice")
	accepted, refused := list[1], list[3]
	require.Equal(t, "send email", accepted.Name())
	require.Equal(t, map[string]string{
		"arrears.channel": "email", "arrears.notice_id": message.NoticeID.String(), "messaging.message.id": "<n.1@house.example>",
		"arrears.outcome": "accepted", "arrears.reply_code": "250",
	}, attributesOf(accepted))
	require.Equal(t, codes.Unset, accepted.Status().Code)
	require.Equal(t, codes.Error, refused.Status().Code)
	for _, text := range attributesOf(refused) {
		require.NotContains(t, text, "mayer")
	}
}

func TestAChannelThatIsNotReadyIsSeen(t *testing.T) {
	t.Parallel()
	spans, provider := recorded(t)
	away := fault.New(fault.Unavailable, "email.unavailable", "not now")
	_, err := tracedChannel{Channel: fakeChannel{away: away}, name: receivable.Email, tracer: provider.Tracer("t")}.Prepare(t.Context())
	require.Equal(t, "email.unavailable", fault.CodeOf(err))
	require.Equal(t, "email.unavailable", attributesOf(spans.Ended()[0])["arrears.code"])
}

func TestOnlyAMailHasAMessageID(t *testing.T) {
	t.Parallel()
	for raw, id := range map[string]string{
		"": "", "{\"a\":1}": "", "Subject: x\r\n\r\nMessage-ID: <body>": "", "Message-ID:<a@b>\r\n\r\n": "<a@b>", "%PDF-1.4": "",
	} {
		require.Equal(t, id, messageID([]byte(raw)), raw)
	}
}

// A delivery goes on with the trace that left the row, and links to the span that did.
func TestADeliveryLinksToWhatLeftTheRow(t *testing.T) {
	t.Parallel()
	spans, provider := recorded(t)
	const left = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
	_, ended := deliveries{provider.Tracer("t")}.Deliver(t.Context(), port.Nudge{WorkflowID: "invoice/1", Traceparent: left})
	ended(fault.New(fault.Unavailable, "engine.away", "not now"))
	span := spans.Ended()[0]
	require.Equal(t, "0123456789abcdef0123456789abcdef", span.SpanContext().TraceID().String())
	require.Equal(t, "0123456789abcdef", span.Parent().SpanID().String())
	require.Len(t, span.Links(), 1)
	require.Equal(t, "0123456789abcdef", span.Links()[0].SpanContext.SpanID().String())
	require.Equal(t, "engine.away", attributesOf(span)["arrears.code"])
}

func TestNobodyIsToldWhereNothingIsOn(t *testing.T) {
	t.Parallel()
	p := &Product{}
	require.Nil(t, p.relayMeter())
	require.Nil(t, p.deliveries())
	require.Empty(t, tracedStore(nil))
	office := activities.Office{Channels: map[receivable.Channel]activities.Channel{receivable.Email: fakeChannel{}}}
	require.Equal(t, office, tracedOffice(office, nil))
}

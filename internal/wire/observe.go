package wire

import (
	"bytes"
	"context"
	"net"

	"github.com/exaring/otelpgx"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"

	"arrears/activities"
	"arrears/config"
	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/port"
	"arrears/relay"
	"arrears/store"
	"arrears/telemetry"
)

// ServeMetrics shows the metrics of this process on the listener until ctx ends. Only where they are on.
func (p *Product) ServeMetrics(ctx context.Context, listener net.Listener, version string) error {
	p.Metrics.Version(version)
	p.Log.InfoContext(ctx, "the metrics can be read", "address", listener.Addr().String())
	return p.Metrics.Serve(ctx, listener)
}

// traces are on where an endpoint is named.
func traces(ctx context.Context, cfg config.Config, o telemetry.TraceOptions) (*telemetry.Traces, error) {
	if cfg.Traces.Endpoint == "" {
		return nil, nil
	}
	o.Endpoint, o.Insecure, o.Sample = cfg.Traces.Endpoint, cfg.Traces.Insecure, cfg.Traces.Sample
	return telemetry.NewTraces(ctx, o)
}

// tracedStore lets spans see statements, without their arguments, and outbox rows carry them. Without traces it is nothing.
func tracedStore(t *telemetry.Traces) []store.Option {
	if t == nil {
		return nil
	}
	return []store.Option{store.Traced(otelpgx.NewTracer(
		otelpgx.WithTracerProvider(t.Provider()), otelpgx.WithMeterProvider(noop.NewMeterProvider()),
		otelpgx.WithDisableConnectionDetailsInAttributes(), otelpgx.WithDisableAcquireTracer(),
	), telemetry.Traceparent)}
}

// measure makes the metrics of this process where they are on.
func (p *Product) measure() {
	if p.Config.Metrics.Addr == "" {
		return
	}
	p.Metrics = telemetry.NewMetrics()
	p.Metrics.Pool(func() telemetry.Pool {
		s := p.DB.Pool()
		return telemetry.Pool{
			InUse: int64(s.AcquiredConns()), Idle: int64(s.IdleConns()), Opening: int64(s.ConstructingConns()), Max: int64(s.MaxConns()),
			Acquired: s.AcquireCount(), Waited: s.EmptyAcquireCount(), Cancelled: s.CanceledAcquireCount(), AcquireTime: s.AcquireDuration(),
		}
	})
	p.Metrics.Business(p.Figures, p.Config.Metrics.Business)
}

// relayMeter is the meter of this process; a nil one must become a nil interface.
func (p *Product) relayMeter() relay.Meter {
	if p.Metrics == nil {
		return nil
	}
	return p.Metrics
}

// deliveries make the spans of the relay.
type deliveries struct{ tracer trace.Tracer }

func (p *Product) deliveries() relay.Tracer {
	if p.Traces == nil {
		return nil
	}
	return deliveries{p.Traces.Tracer()}
}

// Deliver implements relay.Tracer. The span belongs to the trace that left the row and links to the span that did: between
// the two the row waited.
func (d deliveries) Deliver(ctx context.Context, n port.Nudge) (context.Context, func(error)) {
	ctx = telemetry.Continue(ctx, n.Traceparent)
	ctx, span := d.tracer.Start(ctx, "relay deliver", trace.WithSpanKind(trace.SpanKindConsumer), trace.WithLinks(trace.LinkFromContext(ctx)),
		trace.WithAttributes(attribute.String("arrears.workflow_id", n.WorkflowID), attribute.Int("arrears.attempts", n.Attempts)))
	return ctx, func(err error) { ended(span, err) }
}

// ended ends a span with the code of its fault; the fault's words go to the log alone.
func ended(span trace.Span, err error) {
	if err != nil {
		span.SetAttributes(attribute.String("arrears.code", fault.CodeOf(err)))
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

// tracedOffice puts a span around every message that is handed over.
func tracedOffice(office activities.Office, t *telemetry.Traces) activities.Office {
	if t == nil {
		return office
	}
	channels := make(map[receivable.Channel]activities.Channel, len(office.Channels))
	for name, c := range office.Channels {
		channels[name] = tracedChannel{Channel: c, name: name, tracer: t.Tracer()}
	}
	office.Channels = channels
	return office
}

type tracedChannel struct {
	activities.Channel
	name   receivable.Channel
	tracer trace.Tracer
}

// Prepare implements activities.Channel.
func (c tracedChannel) Prepare(ctx context.Context) (activities.Session, error) {
	ctx, span := c.tracer.Start(ctx, "prepare "+string(c.name), trace.WithSpanKind(trace.SpanKindClient))
	session, err := c.Channel.Prepare(ctx)
	ended(span, err)
	if err != nil {
		return nil, err
	}
	return tracedSession{Session: session, channel: c}, nil
}

type tracedSession struct {
	activities.Session
	channel tracedChannel
}

// Send implements activities.Session. The span names the message, never whom it goes to.
func (s tracedSession) Send(ctx context.Context, m notice.Message) notice.Outcome {
	ctx, span := s.channel.tracer.Start(ctx, "send "+string(s.channel.name), trace.WithSpanKind(trace.SpanKindProducer),
		trace.WithAttributes(attribute.String("arrears.channel", string(s.channel.name)), attribute.String("arrears.notice_id", m.NoticeID.String())))
	defer span.End()
	if id := messageID(m.Raw); id != "" {
		span.SetAttributes(attribute.String("messaging.message.id", id))
	}
	outcome := s.Session.Send(ctx, m)
	span.SetAttributes(attribute.String("arrears.outcome", string(outcome.Kind)), attribute.Int("arrears.reply_code", outcome.Code))
	if outcome.Kind != notice.Accepted {
		span.SetStatus(codes.Error, "")
	}
	return outcome
}

// messageID is the Message-ID in the head of a mail; empty for what is none.
func messageID(raw []byte) string {
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	for line := range bytes.SplitSeq(head, []byte("\r\n")) {
		if name, value, ok := bytes.Cut(line, []byte(":")); ok && bytes.EqualFold(name, []byte("Message-ID")) {
			return string(bytes.TrimSpace(value))
		}
	}
	return ""
}

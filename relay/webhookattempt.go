package relay

import (
	"context"
	"encoding/json"
	"time"

	"arrears/domain/webhook"
	"arrears/internal/failpoint"
	"arrears/port"
)

// attempt posts once and records what came of it. A process that dies in between leaves the lease, after whose end the event
// is sent again under the same id: the one documented window.
func (w *Webhooks) attempt(ctx context.Context, url string, keys [][]byte, d port.ClaimedDelivery) {
	began := w.now()
	answer := w.post(ctx, url, keys, d)
	if err := failpoint.Hit(failpoint.WebhookAfterSend); err != nil {
		return
	}
	verdict := webhook.Judge(answer, d.Failures, w.now(), w.o.Jitter())
	outcome := port.AttemptOutcome{
		Delivery: d.Delivery, Verdict: verdict, At: w.now(),
		Attempt: webhook.Attempt{
			Number: d.Attempts, At: began, Took: answer.Took, Status: answer.Status, Error: answer.Error, Response: bounded(answer.Response),
		},
	}
	w.o.Meter.Attempted(answer.Error, answer.Took)
	w.record(ctx, outcome)
}

// post sends the event; what cannot be sent answers with why.
func (w *Webhooks) post(ctx context.Context, url string, keys [][]byte, d port.ClaimedDelivery) webhook.Answer {
	if len(keys) == 0 {
		return webhook.Answer{Error: webhook.ErrUnreadable}
	}
	body, err := bodyOf(d)
	if err != nil {
		w.warn(ctx, "an event could not be written", d.EndpointID, err)
	}
	if len(body) == 0 {
		return webhook.Answer{Error: webhook.ErrUnavailable}
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	return w.o.Post(ctx, webhook.Request{URL: url, ID: d.EventID.String(), At: w.now(), Keys: keys, Body: body})
}

// bodyOf is the event as the feed shows it: the same bytes at every attempt.
func bodyOf(d port.ClaimedDelivery) ([]byte, error) {
	if d.Event == nil {
		return d.Body, nil
	}
	return json.Marshal(*d.Event)
}

// record writes the outcome; the database may be away for a moment. What cannot be recorded is sent again.
func (w *Webhooks) record(ctx context.Context, o port.AttemptOutcome) {
	ctx, cancel := context.WithTimeout(ctx, recordTime)
	defer cancel()
	var health port.EndpointHealth
	var recorded bool
	var err error
	for wait := 100 * time.Millisecond; ; wait *= 2 {
		health, recorded, err = w.o.Queue.RecordAttempt(ctx, o)
		if err == nil || ctx.Err() != nil {
			break
		}
		w.warn(ctx, "the outcome of a delivery could not be recorded", o.Delivery.EndpointID, err)
		sleep(ctx, wait)
	}
	if err != nil || !recorded {
		return
	}
	if o.Verdict.State == webhook.Dead {
		w.o.Meter.Died()
	}
	w.giveUp(ctx, o, health)
}

// giveUp disables an endpoint that is gone or has taken nothing for days.
func (w *Webhooks) giveUp(ctx context.Context, o port.AttemptOutcome, health port.EndpointHealth) {
	reason := webhook.ReasonFailing
	switch {
	case o.Verdict.Gone:
		reason = webhook.ReasonGone
	case !webhook.Hopeless(health.FailingSince, health.Failures, o.At):
		return
	}
	if err := w.o.Disable(ctx, o.Delivery.EndpointID, reason); err != nil {
		w.warn(ctx, "a webhook endpoint could not be disabled", o.Delivery.EndpointID, err)
	}
}

func bounded(response []byte) []byte { return response[:min(len(response), webhook.MaxResponse)] }

package figures

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/client"

	"arrears/devstack/bench/bare"
	"arrears/devstack/bench/measure"
	"arrears/devstack/bench/plant"
	"arrears/domain/access"
	"arrears/domain/calendar"
)

// askingPolicy wants a supervisor's approval for its first notice, which then goes out at any hour.
const askingPolicy = `
key: asking
window: {from: "00:00", to: "24:00", days: [mon, tue, wed, thu, fri, sat, sun]}
stages:
  - key: first
    moment: due + 1 day
    action: notice
    template: final-demand
    approval: {role: supervisor, deadline_days: 30, at_deadline: remind}
  - {key: second, moment: due + 60 days, action: notice, template: reminder-2}
`

// draft is an approval that waits for a decision.
type draft struct {
	ID          uuid.UUID `json:"id"`
	ContentHash string    `json:"content_hash"`
}

// answers are milliseconds until a decision was answered, and until what it allowed was under way.
type answers struct{ ours, limit, next measure.Series }

// decision measures an approval by HTTP, which is answered when it is committed, beside a validated update of a workflow,
// which is answered when a worker has taken it.
func (b *Bench) decision(ctx context.Context) ([]measure.Row, error) {
	n := b.Size.Decisions
	h, err := b.Servers.ReadyHouse(ctx, plant.HouseOptions{Policy: askingPolicy}, func(h *plant.House) error { return b.askAll(ctx, h, 2*n) })
	if err != nil {
		return nil, err
	}
	defer h.Close(ctx)
	api, err := h.Serve(ctx)
	if err != nil {
		return nil, err
	}
	drafts, err := drafts(ctx, api)
	if err != nil {
		return nil, err
	}
	side, err := b.approvers(ctx, 2*n)
	if err != nil {
		return nil, err
	}
	defer side.Close(ctx)
	d := decider{api: api, drafts: drafts, side: side.Client}
	one, err := d.alternately(ctx, h, 0, n)
	if err != nil {
		return nil, err
	}
	b.tellAnswers("1 caller", one)
	many, err := d.together(ctx, h, n, 2*n)
	if err != nil {
		return nil, err
	}
	b.tellAnswers(fmt.Sprintf("%d callers", bare.Callers), many)
	return append(answerRows("1 caller", one), answerRows(fmt.Sprintf("%d callers", bare.Callers), many)...), nil
}

func (b *Bench) tellAnswers(who string, a answers) {
	b.tellLatency("ours, "+who, a.ours)
	b.tellLatency("bare, "+who, a.limit)
	b.tellLatency("next step, "+who, a.next)
}

func answerRows(who string, a answers) []measure.Row {
	rows := latencyRows("decision posted to answer, "+who, a.ours, a.limit, "a validated Update")
	rows[0].AtMost = 1
	return append(rows, latencyRows("decision to next step under way, "+who, a.next, nil, "")...)
}

// askAll has n drafts composed and frozen for approval.
func (b *Bench) askAll(ctx context.Context, h *plant.House, n int) error {
	if _, err := h.Worker(ctx); err != nil {
		return err
	}
	due := calendar.DateOf(time.Now(), time.UTC).AddDays(-10)
	if err := h.Load(ctx, plant.Portfolio{Invoices: n, Each: 1, Due: due}); err != nil {
		return err
	}
	err := plant.Until(ctx, "all drafts are asked for", func() (bool, error) {
		open, err := h.Count(ctx, "approvals", "state = 'open'")
		return open >= n, err
	})
	if err != nil {
		return err
	}
	return h.None(ctx, "nudges", "true")
}

// drafts are the open approvals, as the API lists them.
func drafts(ctx context.Context, api *plant.API) ([]draft, error) {
	var found []draft
	for cursor := ""; ; {
		path := "/v1/approvals?status=open&limit=200"
		if cursor != "" {
			path += "&cursor=" + cursor
		}
		var page struct {
			Items      []draft `json:"items"`
			NextCursor string  `json:"next_cursor"`
		}
		answer, err := api.Do(ctx, access.Supervisor, http.MethodGet, path, "", nil)
		if err != nil {
			return nil, err
		}
		err = json.NewDecoder(answer.Body).Decode(&page)
		_ = answer.Body.Close() // it has been read
		if err != nil {
			return nil, err
		}
		found = append(found, page.Items...)
		if cursor = page.NextCursor; cursor == "" {
			return found, nil
		}
	}
}

// approvers are n yardstick cases that wait for updates.
func (b *Bench) approvers(ctx context.Context, n int) (*plant.Bare, error) {
	side, err := b.Servers.NewBare(ctx)
	if err != nil {
		return nil, err
	}
	err = bare.StartAll(ctx, side.Client, n, bare.Approve, func(i int) (client.StartWorkflowOptions, bare.Reminder) {
		return client.StartWorkflowOptions{ID: fmt.Sprint(bareCases, i)}, b.reminder(i, time.Time{})
	})
	if err == nil {
		err = b.Servers.AwaitTimers(ctx, side.NamespaceID, bareCases, 0, n)
	}
	if err != nil {
		side.Close(ctx)
		return nil, err
	}
	return side, nil
}

// decider decides drafts and updates yardstick cases, by their numbers.
type decider struct {
	api    *plant.API
	drafts []draft
	side   client.Client
}

// alternately decides one after another: ours, bare, ours, bare.
func (d decider) alternately(ctx context.Context, h *plant.House, from, to int) (answers, error) {
	var a answers
	for i := from; i < to; i++ {
		if err := timed(&a.ours, func() error { return d.decide(ctx, i) }); err != nil {
			return a, err
		}
		if err := timed(&a.limit, func() error { return d.update(ctx, i) }); err != nil {
			return a, err
		}
	}
	var err error
	a.next, err = d.underWay(ctx, h, from, to)
	return a, err
}

// together decides in four blocks, ours, bare, ours, bare, with as many callers at once as a busy house has.
func (d decider) together(ctx context.Context, h *plant.House, from, to int) (answers, error) {
	var a answers
	half := (from + to) / 2
	for _, block := range []struct {
		from, to int
		into     *measure.Series
		call     func(context.Context, int) error
	}{{from, half, &a.ours, d.decide}, {from, half, &a.limit, d.update}, {half, to, &a.ours, d.decide}, {half, to, &a.limit, d.update}} {
		var mu sync.Mutex
		err := bare.Each(ctx, block.to-block.from, bare.Callers, func(ctx context.Context, i int) error {
			var took measure.Series
			err := timed(&took, func() error { return block.call(ctx, block.from+i) })
			mu.Lock()
			defer mu.Unlock()
			*block.into = append(*block.into, took...)
			return err
		})
		if err != nil {
			return a, err
		}
	}
	var err error
	a.next, err = d.underWay(ctx, h, from, to)
	return a, err
}

// timed appends how many milliseconds a call took.
func timed(into *measure.Series, call func() error) error {
	began := time.Now()
	err := call()
	*into = append(*into, millis(time.Since(began)))
	return err
}

// decide posts an approval.
func (d decider) decide(ctx context.Context, i int) error {
	body, err := json.Marshal(map[string]string{"decision": "approve", "content_hash": d.drafts[i].ContentHash})
	if err != nil {
		return err
	}
	path := "/v1/approvals/" + d.drafts[i].ID.String() + "/decision"
	answer, err := d.api.Do(ctx, access.Supervisor, http.MethodPost, path, uuid.NewString(), body)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // it has been read
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("POST %s: %s: %.200s", path, answer.Status, text)
	}
	return err
}

// update makes the same decision of a yardstick case and waits until it is completed.
func (d decider) update(ctx context.Context, i int) error {
	handle, err := d.side.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: fmt.Sprint(bareCases, i), UpdateName: bare.Update, WaitForStage: client.WorkflowUpdateStageCompleted,
		Args: []any{bare.Decision{By: "boss", Approve: true, Hash: d.drafts[i].ContentHash}},
	})
	if err != nil {
		return err
	}
	return handle.Get(ctx, nil)
}

// underWay waits until the approved notices were dispatched and reads how many milliseconds after the decision's commit.
func (d decider) underWay(ctx context.Context, h *plant.House, from, to int) (measure.Series, error) {
	ids := make([]uuid.UUID, 0, to-from)
	for _, decided := range d.drafts[from:to] {
		ids = append(ids, decided.ID)
	}
	var took measure.Series
	err := plant.Until(ctx, "all approved notices are dispatched", func() (done bool, err error) {
		took, err = h.Readings(ctx, `
SELECT (extract(epoch FROM n.dispatched_real - pg_xact_commit_timestamp(a.xmin)) * 1000)::float8
FROM approvals a
JOIN notices n ON n.id = a.subject_id
WHERE a.id = ANY($1) AND a.state = 'approved' AND n.dispatched_real IS NOT NULL`, ids)
		return len(took) >= len(ids), err
	})
	return took, err
}

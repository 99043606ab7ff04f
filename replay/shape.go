package replay

import (
	"encoding/json"
	"fmt"
	"log/slog"

	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"arrears/workflows/contract"
)

// Shape is today's code as the engine would run it.
type Shape struct {
	// Workflows maps workflow types to functions.
	Workflows map[string]any
	// Converter reads payloads; nil reads them unencrypted.
	Converter converter.DataConverter
}

func (s Shape) converter() converter.DataConverter {
	if s.Converter == nil {
		return converter.GetDefaultDataConverter()
	}
	return s.Converter
}

// replay executes a run again and checks that what its activities answered is what was recorded. It marks the decisions
// that the run heard of.
func (s Shape) replay(run Run, decided []Decided) Replayed {
	out := Replayed{RunID: run.ID, Events: len(run.History.GetEvents()), Finding: Identical}
	if err := s.Execute(run.History); err != nil {
		out.Finding, out.Detail = ShapeChanged, err.Error()
	}
	answers, err := s.answers(run.History)
	if err != nil {
		out.Finding, out.Detail = RecordDiffer, err.Error()
		return out
	}
	for _, a := range answers {
		if detail := heard(a, decided); detail != "" {
			out.Finding, out.Detail = RecordDiffer, detail
		}
	}
	return out
}

// Execute runs a history through today's code and says where it leaves the path.
func (s Shape) Execute(h *history.History) error {
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{DataConverter: s.converter()})
	if err != nil {
		return err
	}
	for name, fn := range s.Workflows {
		replayer.RegisterWorkflowWithOptions(fn, workflow.RegisterOptions{Name: name})
	}
	// What it would log is what it returns.
	return replayer.ReplayWorkflowHistory(log.NewStructuredLogger(slog.New(slog.DiscardHandler)), h)
}

// answer is what an activity told the workflow.
type answer struct {
	activity string
	next     contract.Next
}

// heard compares an answer with the decision it names.
func heard(a answer, decided []Decided) string {
	seq := a.next.Seq
	if seq == 0 {
		return "" // parked, or of no decision
	}
	if seq > len(decided) {
		return fmt.Sprintf("%s answered with decision %d, which is not in the record", a.activity, seq)
	}
	d := &decided[seq-1]
	d.Heard = true
	rec := d.Record.Decision
	want := contract.ActivityOf(rec.Now)
	if a.next.Closed {
		want = contract.CloseCase
		a.next.Now = contract.ActivityOf(rec.Now)
	}
	switch {
	case a.next.Now != want:
		return fmt.Sprintf("%s answered %q, decision %d says %q", a.activity, a.next.Now, seq, want)
	case !a.next.Closed && !sameInstant(a.next.WakeAt, rec.WakeAt):
		return fmt.Sprintf("%s answered to wake at %s, decision %d says %s", a.activity, a.next.WakeAt.UTC(), seq, rec.WakeAt.UTC())
	}
	return ""
}

// answers reads what the activities of a case, local or ordinary, returned.
func (s Shape) answers(h *history.History) ([]answer, error) {
	var all []answer
	scheduled := map[int64]string{}
	for _, e := range h.GetEvents() {
		var payloads *common.Payloads
		var name string
		switch e.GetEventType() {
		case enums.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
			scheduled[e.GetEventId()] = e.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName()
			continue
		case enums.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
			a := e.GetActivityTaskCompletedEventAttributes()
			name, payloads = scheduled[a.GetScheduledEventId()], a.GetResult()
		case enums.EVENT_TYPE_MARKER_RECORDED:
			name, payloads = localAnswer(e.GetMarkerRecordedEventAttributes())
		default:
			continue
		}
		if payloads == nil {
			continue
		}
		var next contract.Next
		if err := s.converter().FromPayloads(payloads, &next); err != nil {
			return nil, fmt.Errorf("event %d: %s answered something unreadable: %w", e.GetEventId(), name, err)
		}
		all = append(all, answer{activity: name, next: next})
	}
	return all, nil
}

// localAnswer reads a local activity's marker: its name and, unless it failed, its result.
func localAnswer(m *history.MarkerRecordedEventAttributes) (string, *common.Payloads) {
	if m.GetMarkerName() != "LocalActivity" || m.GetFailure() != nil {
		return "", nil
	}
	var data struct{ ActivityType string }
	for _, p := range m.GetDetails()["data"].GetPayloads() {
		if json.Unmarshal(p.GetData(), &data) != nil {
			data.ActivityType = "a local activity" // encrypted: the name is only for the message
		}
	}
	return data.ActivityType, m.GetDetails()["result"]
}

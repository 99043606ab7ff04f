package api

import (
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/policy"
	"arrears/port"
)

type caseJSON struct {
	ID              uuid.UUID     `json:"id"`
	Kind            string        `json:"kind"`
	CustomerID      uuid.UUID     `json:"customer_id"`
	PolicyVersionID uuid.UUID     `json:"policy_version_id"`
	State           string        `json:"state"`
	NextAction      string        `json:"next_action,omitempty"`
	WakeAt          time.Time     `json:"wake_at,omitzero"`
	Decisions       int           `json:"decisions"`
	AttentionCode   string        `json:"attention_code,omitempty"`
	Steps           []stepJSON    `json:"steps,omitempty"`
	LastDecision    *decisionJSON `json:"last_decision,omitempty"`
}

type stepJSON struct {
	ID        uuid.UUID     `json:"id"`
	ItemID    uuid.UUID     `json:"item_id"`
	Stage     string        `json:"stage"`
	Cycle     int           `json:"cycle"`
	Attempt   int           `json:"attempt"`
	Action    string        `json:"action"`
	State     string        `json:"state"`
	NoticeID  *uuid.UUID    `json:"notice_id,omitempty"`
	AskMinor  int64         `json:"ask_minor"`
	DecidedOn calendar.Date `json:"decided_on"`
	DoneOn    calendar.Date `json:"done_on,omitempty"`
	Reason    string        `json:"reason,omitempty"`
}

type decisionJSON struct {
	Seq       int                `json:"seq"`
	At        time.Time          `json:"at"`
	CalledFor string             `json:"called_for"`
	Rules     int                `json:"rules"`
	WakeAt    time.Time          `json:"wake_at,omitzero"`
	Items     []itemDecisionJSON `json:"items"`
}

type itemDecisionJSON struct {
	ItemID   uuid.UUID            `json:"item_id"`
	Verb     string               `json:"verb"`
	Stage    string               `json:"stage,omitempty"`
	Level    int                  `json:"level,omitempty"`
	Channel  string               `json:"channel,omitempty"`
	AskMinor int64                `json:"ask_minor"`
	On       calendar.Date        `json:"on,omitempty"`
	WakeAt   time.Time            `json:"wake_at,omitzero"`
	Reasons  []decisionReasonJSON `json:"reasons"`
}

type decisionReasonJSON struct {
	Code  string        `json:"code"`
	Date  calendar.Date `json:"date,omitempty"`
	Minor int64         `json:"minor,omitempty"`
	Text  string        `json:"text,omitempty"`
}

func writeCase(c casework.Case) caseJSON {
	return caseJSON{
		ID: c.ID, Kind: c.Kind, CustomerID: c.CustomerID, PolicyVersionID: c.PolicyVersionID, State: string(c.State),
		NextAction: c.NextAction, WakeAt: c.WakeAt.UTC(), Decisions: c.Decisions, AttentionCode: c.AttentionCode,
	}
}

func writeCaseDetail(d app.CaseDetail) caseJSON {
	found := writeCase(d.Case)
	found.Steps = each(d.Steps, writeStep)
	if d.Last.Seq > 0 {
		last := writeDecision(d.Last)
		found.LastDecision = &last
	}
	return found
}

func writeStep(s casework.Step) stepJSON {
	return stepJSON{
		ID: s.ID, ItemID: s.ItemID, Stage: s.Stage, Cycle: s.Cycle, Attempt: s.Attempt, Action: s.Action, State: string(s.State),
		NoticeID: optionalID(s.NoticeID), AskMinor: s.AskMinor, DecidedOn: s.DecidedOn, DoneOn: s.DoneOn, Reason: s.Reason,
	}
}

func writeDecision(d port.DecisionRecord) decisionJSON {
	return decisionJSON{
		Seq: d.Seq, At: d.At.UTC(), CalledFor: d.CalledFor, Rules: d.Decision.Rules, WakeAt: d.Decision.WakeAt.UTC(),
		Items: each(d.Decision.Items, writeItemDecision),
	}
}

func writeItemDecision(d policy.ItemDecision) itemDecisionJSON {
	return itemDecisionJSON{
		ItemID: d.ItemID, Verb: string(d.Verb), Stage: d.Stage, Level: d.Level, Channel: string(d.Channel), AskMinor: d.AskMinor,
		On: d.On, WakeAt: d.WakeAt.UTC(), Reasons: each(d.Reasons, writeDecisionReason),
	}
}

func writeDecisionReason(r policy.Reason) decisionReasonJSON {
	return decisionReasonJSON{Code: r.Code, Date: r.Date, Minor: r.Minor, Text: policy.Explain(r)}
}

func (s *server) getCase(c echo.Context) error { return show(c, s.app.Case, writeCaseDetail) }

func (s *server) listCases(c echo.Context) error {
	page, err := s.app.ListAttention(c.Request().Context(), who(c), pageOf(c))
	if err != nil {
		return err
	}
	return answerPage(c, page, writeCase)
}

// wakeCase answers with the case as it is: it looks again on its own, a moment later.
func (s *server) wakeCase(c echo.Context) error {
	if err := s.app.WakeCase(c.Request().Context(), who(c), pathID(c)); err != nil {
		return err
	}
	return show(c, s.app.Case, writeCaseDetail)
}

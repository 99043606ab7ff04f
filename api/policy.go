package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/policy"
	"arrears/port"
)

type policyVersionJSON struct {
	ID        uuid.UUID       `json:"id"`
	Key       string          `json:"key"`
	Version   int             `json:"version"`
	Hash      string          `json:"hash"`
	Policy    json.RawMessage `json:"policy"`
	CreatedBy string          `json:"created_by"`
	CreatedAt time.Time       `json:"created_at"`
	UsedAt    *time.Time      `json:"used_at,omitempty"`
}

func (j policyVersionJSON) path() string {
	return fmt.Sprintf("/v1/policies/%s/versions/%d", j.Key, j.Version)
}

func writePolicyVersion(v port.PolicyVersion) policyVersionJSON {
	return policyVersionJSON{
		ID: v.ID, Key: v.Policy.Key, Version: v.Number, Hash: hexText(v.Hash), Policy: policy.Format(v.Policy), CreatedBy: v.CreatedBy,
		CreatedAt: v.CreatedAt.UTC(), UsedAt: optionalTime(v.UsedAt),
	}
}

type policyRowJSON struct {
	Key    string `json:"key"`
	Kind   string `json:"kind"`
	Latest int    `json:"latest"`
}

func writePolicyRow(r port.PolicyRow) policyRowJSON {
	return policyRowJSON{Key: r.Key, Kind: string(r.Kind), Latest: r.Latest}
}

// listPolicies has no pages: an installation has tens of policies.
func (s *server) listPolicies(c echo.Context) error {
	found, err := s.app.ListPolicies(c.Request().Context(), who(c))
	if err != nil {
		return err
	}
	return answerPage(c, port.Paged[port.PolicyRow]{Items: found}, writePolicyRow)
}

// policyBody reads the policy that is the body itself, as JSON or YAML.
func policyBody(c echo.Context) (policy.Policy, error) {
	body, _ := c.Get(keyBody).([]byte)
	return policy.Parse(body)
}

func (s *server) publishPolicy(c echo.Context) error {
	if err := access.Require(who(c), access.PoliciesWrite); err != nil {
		return err // before its content is looked at
	}
	p, err := policyBody(c)
	if err != nil {
		return err
	}
	made, err := s.app.PublishPolicy(c.Request().Context(), who(c), p)
	if err != nil {
		return err
	}
	return answer(c, http.StatusCreated, writePolicyVersion(made))
}

type policyCheckJSON struct {
	Key    string `json:"key"`
	Kind   string `json:"kind"`
	Stages int    `json:"stages"`
}

func (s *server) validatePolicy(c echo.Context) error {
	p, err := policyBody(c)
	if err == nil {
		err = s.app.CheckPolicy(who(c), p)
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, policyCheckJSON{Key: p.Key, Kind: string(p.Kind), Stages: len(p.Stages)})
}

func (s *server) getPolicySchema(c echo.Context) error {
	return c.Blob(http.StatusOK, "application/schema+json", policy.Schema())
}

func (s *server) getPolicy(c echo.Context) error { return s.policyVersion(c, 0) }

func (s *server) getPolicyVersion(c echo.Context) error {
	number, err := strconv.Atoi(c.Param("version"))
	if err != nil {
		return err
	}
	return s.policyVersion(c, number)
}

func (s *server) policyVersion(c echo.Context, number int) error {
	found, err := s.app.PolicyVersion(c.Request().Context(), who(c), pathParam(c, "key"), number)
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, writePolicyVersion(found))
}

// listPolicyVersions has no pages: a policy is revised a few times a year.
func (s *server) listPolicyVersions(c echo.Context) error {
	found, err := s.app.ListPolicyVersions(c.Request().Context(), who(c), pathParam(c, "key"))
	if err != nil {
		return err
	}
	return answerPage(c, port.Paged[port.PolicyVersion]{Items: found}, writePolicyVersion)
}

type previewRequestJSON struct {
	InvoiceID uuid.UUID       `json:"invoice_id"`
	PolicyKey string          `json:"policy_key"`
	Version   int             `json:"version"`
	Policy    json.RawMessage `json:"policy"`
}

type previewJSON struct {
	InvoiceID uuid.UUID         `json:"invoice_id"`
	PolicyKey string            `json:"policy_key"`
	Lines     []previewLineJSON `json:"lines"`
}

type previewLineJSON struct {
	ItemID   uuid.UUID     `json:"item_id"`
	On       calendar.Date `json:"on,omitempty"`
	At       time.Time     `json:"at,omitzero"`
	Stage    string        `json:"stage,omitempty"`
	Verb     string        `json:"verb"`
	Level    int           `json:"level,omitempty"`
	Channel  string        `json:"channel,omitempty"`
	AskMinor int64         `json:"ask_minor"`
	Currency string        `json:"currency,omitempty"`
	Text     string        `json:"text"`
}

func writePreviewLine(l policy.PreviewLine) previewLineJSON {
	return previewLineJSON{
		ItemID: l.ItemID, On: l.On, At: l.At.UTC(), Stage: l.Stage, Verb: string(l.Verb), Level: l.Level, Channel: string(l.Channel),
		AskMinor: l.AskMinor, Currency: string(l.Currency), Text: l.Text,
	}
}

func (s *server) previewPolicy(c echo.Context) error {
	in, err := bind[previewRequestJSON](c)
	if err != nil {
		return err
	}
	request := app.PreviewRequest{InvoiceID: in.InvoiceID, PolicyKey: in.PolicyKey, Version: in.Version}
	if in.Policy != nil {
		p, err := policy.Parse(in.Policy)
		if err != nil {
			return err
		}
		request.Policy = &p
	}
	preview, err := s.app.PreviewPolicy(c.Request().Context(), who(c), request)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, previewJSON{InvoiceID: in.InvoiceID, PolicyKey: preview.PolicyKey, Lines: each(preview.Lines, writePreviewLine)})
}

type assignmentJSON struct {
	Scope     string `json:"scope"`
	Target    string `json:"target,omitempty"`
	PolicyKey string `json:"policy_key"`
}

func (s *server) assignPolicy(c echo.Context) error {
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in assignmentJSON) (assignmentJSON, error) {
		return in, s.app.AssignPolicy(ctx, p, app.Assignment{Scope: app.Scope(in.Scope), Target: in.Target, PolicyKey: in.PolicyKey})
	}, func(in assignmentJSON) assignmentJSON { return in })
}

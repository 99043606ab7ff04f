package api

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"arrears/port"
)

// ruleSetJSON is one version of rules for the installation, a segment or a customer: of triage, or of matching.
type ruleSetJSON struct {
	ID         uuid.UUID       `json:"id"`
	Scope      string          `json:"scope"`
	Segment    string          `json:"segment,omitempty"`
	CustomerID *uuid.UUID      `json:"customer_id,omitempty"`
	Version    int             `json:"version"`
	Hash       string          `json:"hash"`
	Rules      json.RawMessage `json:"rules"`
	CreatedBy  string          `json:"created_by"`
	CreatedAt  time.Time       `json:"created_at"`
}

func writeRuleSet(r port.RuleSet) ruleSetJSON {
	return ruleSetJSON{
		ID: r.ID, Scope: r.Scope, Segment: r.Segment, CustomerID: optionalID(r.CustomerID), Version: r.Version, Hash: hexText(r.Hash[:]),
		Rules: r.Body, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt.UTC(),
	}
}

// newRuleSetJSON is the next version of a set.
type newRuleSetJSON struct {
	Scope      string          `json:"scope"`
	Segment    string          `json:"segment"`
	CustomerID *uuid.UUID      `json:"customer_id"`
	Rules      json.RawMessage `json:"rules"`
}

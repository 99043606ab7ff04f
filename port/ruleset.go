package port

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// RuleKind tells what a set of rules is of; it is the table and the first word of its errors.
type RuleKind string

// The kinds.
const (
	TriageRules RuleKind = "triage_rules" // how claims are sorted, and what each reason needs
	CashRules   RuleKind = "cash_rules"   // how money is matched
)

// RuleSet is one version of rules for the installation, a segment or a customer. It never changes.
type RuleSet struct {
	ID         uuid.UUID
	Scope      string // default, segment or customer
	Segment    string
	CustomerID uuid.NullUUID
	Version    int
	Body       []byte // canonical JSON
	Hash       [32]byte
	CreatedBy  string
	CreatedAt  time.Time
}

// Rules keeps rules of every kind by version.
type Rules interface {
	// InsertRuleSet writes the next version of a set. Errors: triage_rules.changed, cash_rules.changed when the version is taken.
	InsertRuleSet(ctx context.Context, kind RuleKind, r RuleSet) error
	// RuleSetsFor reads the latest sets that apply to any of the customers: theirs, then their segments', then the default's.
	RuleSetsFor(ctx context.Context, kind RuleKind, customerIDs ...uuid.UUID) ([]RuleSet, error)
	// LatestRuleSet reads the latest version of one set; its zero value when there is none.
	LatestRuleSet(ctx context.Context, kind RuleKind, scope, segment string, customerID uuid.NullUUID) (RuleSet, error)
	// RuleSet reads one version. Errors: triage_rules.not_found, cash_rules.not_found.
	RuleSet(ctx context.Context, kind RuleKind, id uuid.UUID) (RuleSet, error)
	// ListRuleSets lists all versions, newest last.
	ListRuleSets(ctx context.Context, kind RuleKind, p Page) (Paged[RuleSet], error)
}

package app

import (
	"context"
	"maps"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/receivable"
	"arrears/port"
)

// NewRules are rules for the installation, a segment or a customer, as JSON or YAML.
type NewRules struct {
	Scope      string // default, segment or customer
	Segment    string
	CustomerID uuid.NullUUID
	Body       []byte
}

// edition is what is published of rules that were read.
type edition struct {
	kind  port.RuleKind
	rules interface {
		Canonical() []byte
		Hash() [32]byte
	}
	data map[string]any                              // what its event says besides scope and version
	fits func(ctx context.Context, tx port.Tx) error // refuses what no row backs; nil where nothing can be missing
}

// may refuses who may not publish, and a scope that is none.
func (in NewRules) may(who access.Principal, right access.Permission) error {
	if err := access.Require(who, right); err != nil {
		return err
	}
	var f receivable.Form
	receivable.OneOf(&f, "scope", Scope(in.Scope), ToCustomer, ToSegment, ToDefault)
	if in.Scope == string(ToSegment) {
		f.Name("segment", in.Segment, maxSegment)
	} else if in.Segment != "" {
		f.Add("segment", receivable.CodeUnknown, "is for the scope segment")
	}
	if in.CustomerID.Valid != (in.Scope == string(ToCustomer)) {
		f.Add("customer_id", receivable.CodeRequired, "belongs to the scope customer, and only to it")
	}
	return f.Err("rules")
}

// publishRules makes the next version of a set. The same content as the latest version answers with that one.
func (a *App) publishRules(ctx context.Context, who access.Principal, in NewRules, e edition, action string) (port.RuleSet, error) {
	var made port.RuleSet
	id, err := port.NewID(ctx)
	if err != nil {
		return made, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		before, found, err := madeBefore(ctx, func(ctx context.Context, id uuid.UUID) (port.RuleSet, error) { return tx.RuleSet(ctx, e.kind, id) })
		if err != nil || found {
			made = before
			return err
		}
		if in.CustomerID.Valid {
			if _, err := tx.Customer(ctx, in.CustomerID.UUID); err != nil {
				return err
			}
		}
		if e.fits != nil {
			if err := e.fits(ctx, tx); err != nil {
				return err
			}
		}
		latest, err := tx.LatestRuleSet(ctx, e.kind, in.Scope, in.Segment, in.CustomerID)
		if err != nil || latest.Version > 0 && latest.Hash == e.rules.Hash() {
			made = latest
			return err
		}
		made = port.RuleSet{
			ID: id, Scope: in.Scope, Segment: in.Segment, CustomerID: in.CustomerID, Version: latest.Version + 1,
			Body: e.rules.Canonical(), Hash: e.rules.Hash(), CreatedBy: who.ID, CreatedAt: now,
		}
		if err := tx.InsertRuleSet(ctx, e.kind, made); err != nil {
			return err
		}
		data := map[string]any{"scope": made.Scope, "version": made.Version}
		maps.Copy(data, e.data)
		return record(ctx, tx, now, who.ID, event{
			action: action, kind: string(e.kind), subject: made.ID, customer: made.CustomerID.UUID, data: data,
		})
	})
	return made, err
}

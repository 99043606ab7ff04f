package app

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/port"
)

// PublishPolicy makes a policy's next version, which never changes. The same content as the latest version answers with
// that one. Cases that are armed from now on follow it.
// Errors: access.forbidden, policy.invalid, policy.kind_differs.
func (a *App) PublishPolicy(ctx context.Context, who access.Principal, p policy.Policy) (port.PolicyVersion, error) {
	var v port.PolicyVersion
	if err := access.Require(who, access.PoliciesWrite); err != nil {
		return v, err
	}
	if err := a.sound(p); err != nil {
		return v, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return v, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		v, err = publish(ctx, tx, now, who.ID, id, p)
		return err
	})
	return v, err
}

// CheckPolicy refuses what PublishPolicy would. Errors: access.forbidden, policy.invalid.
func (a *App) CheckPolicy(who access.Principal, p policy.Policy) error {
	if err := access.Require(who, access.PoliciesRead); err != nil {
		return err
	}
	return a.sound(p)
}

// sound refuses a policy that contradicts itself or names templates that do not exist.
func (a *App) sound(p policy.Policy) error {
	if err := policy.Validate(p); err != nil || a.templates == nil {
		return err
	}
	known, err := a.templates()
	if err != nil {
		return err
	}
	return policy.CheckTemplates(p, known)
}

func publish(ctx context.Context, tx port.Tx, now time.Time, actor string, id uuid.UUID, p policy.Policy) (port.PolicyVersion, error) {
	var v port.PolicyVersion
	if err := policy.Validate(p); err != nil {
		return v, err
	}
	number, err := tx.LockPolicy(ctx, p.Key, p.Kind)
	if err != nil {
		return v, err
	}
	hash := sha256.Sum256(policy.Format(p))
	if number > 0 {
		latest, err := tx.PolicyVersionByNumber(ctx, p.Key, number)
		if err != nil || string(latest.Hash) == string(hash[:]) {
			return latest, err
		}
	}
	v = port.PolicyVersion{Hash: hash[:], CreatedAt: now}
	v.ID, v.Number, v.Policy, v.CreatedBy = id, number+1, p, actor
	if err := tx.InsertPolicyVersion(ctx, v); err != nil {
		return v, err
	}
	return v, record(ctx, tx, now, actor, event{
		action: "policy.published", kind: "policy_version", subject: v.ID,
		data: map[string]any{"key": p.Key, "version": v.Number, "stages": len(p.Stages)},
	})
}

// PolicyVersion shows a version of a policy; number 0 means the latest. Errors: access.forbidden, policy.not_found.
func (a *App) PolicyVersion(ctx context.Context, who access.Principal, key string, number int) (port.PolicyVersion, error) {
	return lookup(ctx, a, who, access.PoliciesRead, func(ctx context.Context, tx port.Tx) (port.PolicyVersion, error) {
		return tx.PolicyVersionByNumber(ctx, key, number)
	})
}

// ListPolicies lists all, by key. Error: access.forbidden.
func (a *App) ListPolicies(ctx context.Context, who access.Principal) ([]port.PolicyRow, error) {
	return lookup(ctx, a, who, access.PoliciesRead, func(ctx context.Context, tx port.Tx) ([]port.PolicyRow, error) {
		return tx.ListPolicies(ctx)
	})
}

// ListPolicyVersions lists a policy's versions, oldest first. Errors: access.forbidden, policy.not_found.
func (a *App) ListPolicyVersions(ctx context.Context, who access.Principal, key string) ([]port.PolicyVersion, error) {
	return lookup(ctx, a, who, access.PoliciesRead, func(ctx context.Context, tx port.Tx) ([]port.PolicyVersion, error) {
		list, err := tx.ListPolicyVersions(ctx, key)
		if err == nil && len(list) == 0 {
			return nil, fault.New(fault.NotFound, "policy.not_found", "there is no such policy")
		}
		return list, err
	})
}

// Scope is what a policy is assigned to.
type Scope string

// The scopes, from the one that wins.
const (
	ToInvoice  Scope = "invoice"
	ToCustomer Scope = "customer"
	ToSegment  Scope = "segment"
	ToDefault  Scope = "default"
)

// Assignment assigns a policy. Target is the id of the invoice or customer, or the segment. An empty key takes the
// assignment away, except for the default. Cases that are armed keep the version they pinned until their ladder is restarted.
type Assignment struct {
	Scope     Scope
	Target    string
	PolicyKey string
}

// AssignPolicy assigns a policy to an invoice, a customer, a segment or as the installation's default.
// Errors: access.forbidden, receivable.invalid, policy.not_found, invoice.not_found, invoice.void, customer.not_found.
func (a *App) AssignPolicy(ctx context.Context, who access.Principal, in Assignment) error {
	if err := access.Require(who, access.PoliciesWrite); err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	return a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		if in.PolicyKey != "" {
			if _, err := tx.PolicyVersionByNumber(ctx, in.PolicyKey, 0); err != nil {
				return err
			}
		}
		switch in.Scope {
		case ToInvoice:
			return a.assignInvoice(ctx, tx, now, who.ID, in)
		case ToCustomer:
			return assignCustomer(ctx, tx, now, who.ID, in)
		case ToSegment:
			return assignSegment(ctx, tx, now, who.ID, in)
		}
		return assignDefault(ctx, tx, now, who.ID, in)
	})
}

func (in Assignment) check() error {
	var f receivable.Form
	receivable.OneOf(&f, "scope", in.Scope, ToInvoice, ToCustomer, ToSegment, ToDefault)
	switch in.Scope {
	case ToInvoice, ToCustomer:
		if _, err := uuid.Parse(in.Target); err != nil {
			f.Add("target", receivable.CodeMalformed, "must be an id")
		}
	case ToSegment:
		f.Name("target", in.Target, maxSegment)
	case ToDefault:
		f.Required("policy_key", in.PolicyKey, maxSegment)
	}
	return f.Err("assignment")
}

// maxSegment bounds a segment's name and a policy's key.
const maxSegment = 100

func (a *App) assignInvoice(ctx context.Context, tx port.Tx, now time.Time, actor string, in Assignment) error {
	id, err := uuid.Parse(in.Target)
	if err != nil {
		return err
	}
	if _, err := tx.LockCustomerOf(ctx, id); err != nil {
		return err
	}
	inv, err := tx.Invoice(ctx, id)
	if err != nil {
		return err
	}
	change := InvoiceChange{Version: inv.Version, PolicyKey: &in.PolicyKey}
	if err := change.mayChange(inv); err != nil {
		return err
	}
	return a.changeInvoice(ctx, tx, now, actor, inv, change)
}

func assignCustomer(ctx context.Context, tx port.Tx, now time.Time, actor string, in Assignment) error {
	id, err := uuid.Parse(in.Target)
	if err != nil {
		return err
	}
	if err := tx.LockCustomer(ctx, id); err != nil {
		return err
	}
	c, err := tx.Customer(ctx, id)
	if err != nil {
		return err
	}
	c.PolicyKey = in.PolicyKey
	if err := tx.UpdateCustomer(ctx, c); err != nil {
		return err
	}
	return recordCustomer(ctx, tx, now, actor, c, "policy.assigned", map[string]any{"scope": in.Scope, "policy_key": in.PolicyKey})
}

func assignSegment(ctx context.Context, tx port.Tx, now time.Time, actor string, in Assignment) error {
	if err := tx.SetSegmentPolicy(ctx, in.Target, in.PolicyKey); err != nil {
		return err
	}
	return record(ctx, tx, now, actor, event{
		action: "policy.assigned", kind: "segment", subject: segmentID(in.Target),
		data: map[string]any{"scope": in.Scope, "segment": in.Target, "policy_key": in.PolicyKey},
	})
}

func assignDefault(ctx context.Context, tx port.Tx, now time.Time, actor string, in Assignment) error {
	house, err := tx.Installation(ctx)
	if err != nil {
		return err
	}
	house.DefaultPolicy = in.PolicyKey
	if err := tx.UpdateInstallation(ctx, house); err != nil {
		return err
	}
	return record(ctx, tx, now, actor, event{
		action: "policy.assigned", kind: "installation", subject: installationID,
		data: map[string]any{"scope": in.Scope, "policy_key": in.PolicyKey},
	})
}

// segmentID gives a segment, which has a name and no id, a stable one for the record.
func segmentID(name string) uuid.UUID { return uuid.NewSHA1(installationID, []byte("segment/"+name)) }

// SetSegmentPolicy assigns a policy to a segment; an empty key takes it away. Errors: as AssignPolicy.
func (a *App) SetSegmentPolicy(ctx context.Context, who access.Principal, segment, key string) error {
	return a.AssignPolicy(ctx, who, Assignment{Scope: ToSegment, Target: segment, PolicyKey: key})
}

// ListSegments lists the segments that have or had an assignment. Error: access.forbidden.
func (a *App) ListSegments(ctx context.Context, who access.Principal) ([]port.Segment, error) {
	return lookup(ctx, a, who, access.PoliciesRead, func(ctx context.Context, tx port.Tx) ([]port.Segment, error) {
		return tx.ListSegments(ctx)
	})
}

package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/port"
	"arrears/workflows/contract"
)

// installationID names the one installation in the record.
var installationID = contract.Installation()

// The bounds of what an installation says of itself.
const (
	maxCreditor = 300
	maxAddress  = 1000
	maxDomain   = 253
)

// system is the actor of what no person does.
const system = "system"

// SetUp prepares a new installation: its creditor, its business clock and the default policy. Where there is one already,
// nothing changes; kind and rate of a clock never do. It is for whoever starts the program, so nobody is authorised.
// Errors: receivable.invalid, calendar.invalid_clock, policy.not_found.
func (a *App) SetUp(ctx context.Context, in port.Installation, clock calendar.Clock) error {
	standard := policy.Default()
	if in.DefaultPolicy == "" {
		in.DefaultPolicy = standard.Key
	}
	if err := checkInstallation(in); err != nil {
		return err
	}
	if err := clock.Validate(); err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	return a.store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		if _, err := tx.InsertClock(ctx, clock); err != nil {
			return err
		}
		stored, err := tx.BusinessClock(ctx)
		if err != nil {
			return err
		}
		now := stored.Business(time.Now()).Truncate(time.Microsecond)
		if _, err := tx.PolicyVersionByNumber(ctx, standard.Key, 0); fault.KindOf(err) == fault.NotFound {
			if _, err := publish(ctx, tx, now, system, id, standard); err != nil {
				return err
			}
		}
		inserted, err := tx.InsertInstallation(ctx, in)
		if err != nil || !inserted {
			return err
		}
		if err := tx.NudgeNightly(ctx, 0); err != nil {
			return err
		}
		return record(ctx, tx, now, system, event{
			action: "installation.created", kind: "installation", subject: installationID,
			data: map[string]any{"clock": stored.Kind, "default_policy": in.DefaultPolicy},
		})
	})
}

func checkInstallation(in port.Installation) error {
	var f receivable.Form
	f.Name("creditor_name", in.CreditorName, maxCreditor)
	f.Text("creditor_address", in.CreditorAddress, maxAddress)
	f.Text("remit_to", in.RemitTo, maxAddress)
	f.Zone("time_zone", in.TimeZone)
	f.Calendar("calendar", in.Calendar)
	f.Required("language", in.Language, 3)
	f.Required("from_address", in.FromAddress, maxDomain)
	f.Email("from_address", in.FromAddress)
	f.Name("reply_domain", in.ReplyDomain, maxDomain)
	return f.Err("installation")
}

// Settings shows the installation. Everyone who is known may read it. Error: access.forbidden.
func (a *App) Settings(ctx context.Context, who access.Principal) (port.Installation, error) {
	return lookup(ctx, a, who, access.PoliciesRead, func(ctx context.Context, tx port.Tx) (port.Installation, error) {
		return tx.Installation(ctx)
	})
}

// SettingsChange changes the installation; what is nil stays. Version is the one that was read.
type SettingsChange struct {
	Version         int64
	CreditorName    *string
	CreditorAddress *string
	RemitTo         *string
	TimeZone        *string
	Language        *string
	Calendar        *string
	FromAddress     *string
	ReplyDomain     *string
	DefaultPolicy   *string
}

// UpdateSettings changes the installation. It needs an administrator.
// Errors: access.forbidden, receivable.invalid, installation.changed, policy.not_found.
func (a *App) UpdateSettings(ctx context.Context, who access.Principal, in SettingsChange) (port.Installation, error) {
	var changed port.Installation
	if err := access.Require(who, access.KeysManage); err != nil {
		return changed, err
	}
	err := a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		was, err := tx.Installation(ctx)
		if err != nil {
			return err
		}
		next, fields := in.apply(was)
		next.Version = in.Version
		if err := checkInstallation(next); err != nil {
			return err
		}
		if _, err := tx.PolicyVersionByNumber(ctx, next.DefaultPolicy, 0); err != nil {
			return err
		}
		if err := tx.UpdateInstallation(ctx, next); err != nil {
			return err
		}
		if err := record(ctx, tx, now, who.ID, event{
			action: "installation.changed", kind: "installation", subject: installationID, data: map[string]any{"fields": fields},
		}); err != nil {
			return err
		}
		changed, err = tx.Installation(ctx)
		return err
	})
	return changed, err
}

func (in SettingsChange) apply(s port.Installation) (port.Installation, []string) {
	fields := []string{}
	set(&s.CreditorName, in.CreditorName, "creditor_name", &fields)
	set(&s.CreditorAddress, in.CreditorAddress, "creditor_address", &fields)
	set(&s.RemitTo, in.RemitTo, "remit_to", &fields)
	set(&s.TimeZone, in.TimeZone, "time_zone", &fields)
	set(&s.Language, in.Language, "language", &fields)
	set(&s.Calendar, in.Calendar, "calendar", &fields)
	set(&s.FromAddress, in.FromAddress, "from_address", &fields)
	set(&s.ReplyDomain, in.ReplyDomain, "reply_domain", &fields)
	set(&s.DefaultPolicy, in.DefaultPolicy, "default_policy", &fields)
	return s, fields
}

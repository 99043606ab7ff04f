package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/port"
)

// ReasonCodes lists the installation's causes of claims by code. Error: access.forbidden.
func (a *App) ReasonCodes(ctx context.Context, who access.Principal) ([]dispute.ReasonCode, error) {
	return lookup(ctx, a, who, access.DisputesRead, func(ctx context.Context, tx port.Tx) ([]dispute.ReasonCode, error) {
		return tx.ReasonCodes(ctx)
	})
}

// PutReasonCode adds a cause of claims, or changes its name, trade and whether it is used; Version is the one that was
// read, 0 for a new one. Claims keep a code that is no longer used.
// Errors: access.forbidden, reason_code.invalid, reason_code.exists, reason_code.changed.
func (a *App) PutReasonCode(ctx context.Context, who access.Principal, in dispute.ReasonCode) (dispute.ReasonCode, error) {
	if err := access.Require(who, access.DisputesManage); err != nil {
		return dispute.ReasonCode{}, err
	}
	if err := in.Validate(); err != nil {
		return dispute.ReasonCode{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (dispute.ReasonCode, error) { return usedReason(ctx, tx, in.Code) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		if err := tx.PutReasonCode(ctx, in); err != nil {
			return err
		}
		return record(ctx, tx, now, who.ID, event{
			id: entry, action: "reason_code.changed", kind: "reason_code", subject: namedID("reason_code", in.Code),
			data: map[string]any{"reason": in.Code, "trade": in.Trade, "active": in.Active},
		})
	})
}

// namedID gives what has a name and no id a stable one for the record.
func namedID(kind, name string) uuid.UUID { return uuid.NewSHA1(installationID, []byte(kind+"/"+name)) }

func reasonsByCode(ctx context.Context, tx port.Tx) (map[string]dispute.ReasonCode, error) {
	list, err := tx.ReasonCodes(ctx)
	byCode := make(map[string]dispute.ReasonCode, len(list))
	for _, r := range list {
		byCode[r.Code] = r
	}
	return byCode, err
}

// usedReason reads one. Error: reason_code.unknown.
func usedReason(ctx context.Context, tx port.Tx, code string) (dispute.ReasonCode, error) {
	known, err := reasonsByCode(ctx, tx)
	if err != nil {
		return dispute.ReasonCode{}, err
	}
	r, ok := known[code]
	if !ok {
		return r, unknownReason()
	}
	return r, nil
}

// newReason refuses a code that a claim is about to get and that is not used any more. Error: reason_code.unknown.
func newReason(ctx context.Context, tx port.Tx, code string) error {
	r, err := usedReason(ctx, tx, code)
	if err == nil && !r.Active {
		return unknownReason()
	}
	return err
}

func unknownReason() error {
	return fault.Fields(dispute.CodeReasonUnknown, "there is no such reason code",
		fault.Field{Path: "reason", Code: dispute.CodeReasonUnknown, Message: "is no reason code that is used"})
}

package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// maxBulk bounds how many claims are decided on at once.
const maxBulk = 200

// BulkDecision is the decision on one of several claims.
type BulkDecision struct {
	DisputeID uuid.UUID
	NewDecision
}

// BulkDecided is what became of one of several decisions, or would. State is in_force, proposed or refused; a refused one
// has the code and the message of its refusal and changed nothing.
type BulkDecided struct {
	DisputeID               uuid.UUID
	Number                  int64
	State                   string
	Currency                money.Currency
	ValidMinor, DeniedMinor int64
	// Limit is what the limit was held against, with the rates; nil for a refused one.
	Limit         *dispute.LimitCheck
	Code, Message string
}

// errPreview undoes what was only tried.
var errPreview = errors.New("only a preview")

// DecideDisputes decides on up to 200 claims, one after the other, each for itself: a refusal of one leaves the others. The
// limit is tested with the total of the batch, each claim as it was before any split; other currencies are converted into the
// limit's at the day's rate.
// Errors: access.forbidden, receivable.invalid, dispute.not_found.
func (a *App) DecideDisputes(ctx context.Context, who access.Principal, list []BulkDecision) ([]BulkDecided, error) {
	return a.decideAll(ctx, who, list, func(ctx context.Context, in BulkDecision, whole []money.Amount) (DisputeFile, error) {
		return a.onClaim(inBatch(ctx, in.DisputeID), who, access.DisputesDecide, in.DisputeID,
			func(ctx context.Context, w *claimWork, entry uuid.UUID) error {
				return w.decide(ctx, in.NewDecision, whole, entry)
			})
	})
}

// PreviewDecisions tells what DecideDisputes would do, and does nothing. Errors: those of DecideDisputes.
func (a *App) PreviewDecisions(ctx context.Context, who access.Principal, list []BulkDecision) ([]BulkDecided, error) {
	return a.decideAll(ctx, who, list, func(ctx context.Context, in BulkDecision, whole []money.Amount) (DisputeFile, error) {
		var file DisputeFile
		err := a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
			w, err := a.openClaim(ctx, tx, now, who, in.DisputeID)
			if err != nil {
				return err
			}
			if err := w.decide(ctx, in.NewDecision, whole, uuid.Nil); err != nil {
				return err
			}
			if file, err = disputeFile(ctx, tx, who, in.DisputeID); err != nil {
				return err
			}
			return errPreview
		})
		if errors.Is(err, errPreview) {
			err = nil
		}
		return file, err
	})
}

// inBatch gives each claim of an idempotent batch an identity of its own, so that a batch that broke off goes on where it was.
func inBatch(ctx context.Context, id uuid.UUID) context.Context {
	request, ok := port.RequestID(ctx)
	if !ok {
		return ctx
	}
	return port.WithIdempotencyID(ctx, port.IdempotencyKey(ctx), uuid.NewSHA1(request, id[:]))
}

func (a *App) decideAll(ctx context.Context, who access.Principal, list []BulkDecision, one func(context.Context, BulkDecision, []money.Amount) (DisputeFile, error)) ([]BulkDecided, error) {
	if err := access.Require(who, access.DisputesDecide); err != nil {
		return nil, err
	}
	if err := checkBulk(list); err != nil {
		return nil, err
	}
	claims, err := a.claimsOf(ctx, list)
	if err != nil {
		return nil, err
	}
	totals := batchTotals(claims)
	answers := make([]BulkDecided, len(list))
	for n, in := range list {
		answers[n] = BulkDecided{DisputeID: in.DisputeID, Number: claims[n].Number, Currency: claims[n].Currency}
		err := in.check()
		var file DisputeFile
		if err == nil {
			file, err = one(ctx, in, totals)
		}
		if err != nil {
			if err := answers[n].refuse(err); err != nil {
				return nil, err
			}
			continue
		}
		last := file.Decisions[len(file.Decisions)-1]
		answers[n].State, answers[n].ValidMinor, answers[n].DeniedMinor = string(last.State), last.ValidMinor, last.DeniedMinor
		answers[n].Limit = last.Limit
	}
	return answers, nil
}

// refuse notes why one was refused; a fault of ours ends the batch.
func (b *BulkDecided) refuse(err error) error {
	known, ok := asFault(err)
	if !ok || known.Kind == fault.Internal || known.Kind == fault.Unavailable {
		return err
	}
	b.State, b.Code, b.Message = string(dispute.DecisionRefused), known.Code, known.Message
	return nil
}

func checkBulk(list []BulkDecision) error {
	var f receivable.Form
	if len(list) == 0 || len(list) > maxBulk {
		f.Add("decisions", receivable.CodeOutOfRange, "must be 1 to 200")
		return f.Err("decisions")
	}
	seen := make(map[uuid.UUID]bool, len(list))
	for n, in := range list {
		if seen[in.DisputeID] {
			f.Add(fmt.Sprintf("decisions[%d].dispute_id", n), receivable.CodeOutOfRange, "is decided on twice")
		}
		seen[in.DisputeID] = true
	}
	return f.Err("decisions")
}

func (a *App) claimsOf(ctx context.Context, list []BulkDecision) ([]dispute.Dispute, error) {
	ids := make([]uuid.UUID, len(list))
	for n, in := range list {
		ids[n] = in.DisputeID
	}
	var claims []dispute.Dispute
	err := a.store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		claims, err = disputesByID(ctx, tx, ids)
		return err
	})
	return claims, err
}

// batchTotals sums what limits test, by currency: each unsplit claim once.
func batchTotals(claims []dispute.Dispute) []money.Amount {
	totals, seen := map[money.Currency]int64{}, map[uuid.UUID]bool{}
	for _, d := range claims {
		root := d.ID
		if d.SplitFrom.Valid {
			root = d.SplitFrom.UUID
		}
		if !seen[root] {
			seen[root] = true
			totals[d.Currency] += d.ClaimedWhole
		}
	}
	var list []money.Amount
	for _, currency := range slices.Sorted(maps.Keys(totals)) {
		list = append(list, money.Of(totals[currency], currency))
	}
	return list
}

package app

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/claimlist"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/port"
)

// correctionOfClaim loads a row again if it is of a customer's list. The case is opened in a transaction of its own, under an id
// that comes of the row: whoever asks again after a crash in between finds it.
func (a *App) correctionOfClaim(ctx context.Context, who access.Principal, id uuid.UUID, fields map[string]string) (found bool, err error) {
	q, err := a.QuarantineRow(ctx, who, id)
	if err != nil {
		return false, err
	}
	run, err := a.ImportRun(ctx, who, q.ImportID)
	if err != nil || run.Mode != ImportClaims {
		return false, err
	}
	if q.State != quarantineOpen {
		return true, nil // who settles it says so, or that it was this request
	}
	return true, a.correctClaim(ctx, who, q, run, fields)
}

// correctClaim loads a row of a customer's list again with the given fields in place of those it had. A customer that a
// correction names for a spelling is found by it from then on.
func (a *App) correctClaim(ctx context.Context, who access.Principal, q port.QuarantineRow, run port.ImportRun, fields map[string]string) error {
	if err := requireClaims(who); err != nil {
		return err
	}
	r, err := a.reopenClaims(who, run)
	if err != nil {
		return err
	}
	rec, err := claimlist.Again(r.in.Profile, corrected(q, fields))
	if err != nil {
		return err
	}
	rec.Line = q.Line
	if rec.Row != nil {
		customer, err := r.customer(ctx, *rec.Row)
		if err != nil {
			return err
		}
		if customer.problem.Code != "" {
			rec.Refuse(claimlist.Field(customer.problem.Field), customer.problem.Code, customer.problem.Message)
		} else if err := r.claim(ctx, &rec, customer.id); err != nil {
			return err
		}
		if rec.Row != nil {
			return r.teach(ctx, q, customer.id)
		}
	}
	var problems []fault.Field
	for _, p := range rec.Problems {
		if p.Severity == intake.Refused {
			problems = append(problems, fault.Field{Path: orElse(p.Field, "row"), Code: p.Code, Message: p.Message})
		}
	}
	return fault.Fields(CodeStillRefused, "the corrected row is refused too", problems...)
}

// reopenClaims takes a load up again by what it was told.
func (a *App) reopenClaims(who access.Principal, run port.ImportRun) (*claimLoad, error) {
	var told claimSettings
	if err := json.Unmarshal(run.Settings, &told); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "import.settings_lost", "the load's settings cannot be read")
	}
	profile, err := claimlist.LoadProfile([]byte(told.ProfileText))
	if err != nil {
		return nil, err
	}
	if told.Currency != "" {
		profile.Currency = told.Currency
	}
	r := a.newClaimLoad(who, NewClaimImport{Profile: profile, Source: run.Source, Customer: told.Customer})
	r.record = run
	return r, nil
}

// teach remembers whose spelling a row had that was refused because nobody knew it.
func (r *claimLoad) teach(ctx context.Context, q port.QuarantineRow, customer uuid.UUID) error {
	if q.Code != claimlist.CodeUnknownCustomer && q.Code != claimlist.CodeAmbiguousName {
		return nil
	}
	was, err := claimlist.Again(r.in.Profile, corrected(q, nil))
	if err != nil || was.Row == nil {
		return err
	}
	spelling := dispute.NormalForm(was.Row.CustomerName)
	if spelling == "" {
		spelling = dispute.NormalForm(was.Row.CustomerNumber)
	}
	if spelling == "" {
		return nil
	}
	return r.app.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		return tx.LearnAlias(ctx, dispute.Alias{
			Kind: aliasCustomer, Spelling: spelling, CustomerID: someID(customer), LearnedBy: r.who.ID, LearnedAt: now,
		})
	})
}

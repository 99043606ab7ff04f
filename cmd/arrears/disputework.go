package main

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/internal/wire"
)

type disputeTriage struct {
	disputeArg
	Reason   string `help:"Our reason code."`
	Owner    string `help:"The analyst."`
	Team     string `help:"Who finds the evidence."`
	Priority int    `help:"1 is first, 9 last."`
}

// Run sorts a case; what is not given stays.
func (t disputeTriage) Run(ctx context.Context, c *console) error {
	return t.on(ctx, c, func(p *wire.Product, id uuid.UUID) (app.DisputeFile, error) {
		return p.App.TriageDispute(ctx, operator(), id, app.TriageInput{Reason: t.Reason, Owner: t.Owner, Team: t.Team, Priority: t.Priority})
	})
}

type evidenceRequest struct {
	disputeArg
	Kind      string `required:"" help:"What is needed: proof_of_delivery, price_agreement …"`
	Team      string `help:"Who finds it; by the rules unless told."`
	Note      string `help:"What to look for."`
	Mandatory bool   `help:"Nothing is decided without it."`
	Due       string `help:"By when; by the rules unless told."`
}

// Run asks a team for a document.
func (r evidenceRequest) Run(ctx context.Context, c *console) error {
	due, err := dateArg(r.Due)
	if err != nil {
		return err
	}
	return r.on(ctx, c, func(p *wire.Product, id uuid.UUID) (app.DisputeFile, error) {
		return p.App.RequestEvidence(ctx, operator(), id, []app.EvidenceRequest{
			{Kind: r.Kind, Team: r.Team, Note: r.Note, Mandatory: r.Mandatory, DueOn: due},
		})
	})
}

type evidenceAnswer struct {
	disputeArg
	Evidence uuid.UUID `arg:"" help:"Id of the piece of evidence, as dispute show lists it."`
	State    string    `enum:"received,waived,not_found" default:"received" help:"received, waived or not_found."`
	Document string    `help:"Id of the stored document."`
	Note     string    `help:"What there is to say."`
}

// Run says where a piece of evidence stands.
func (a evidenceAnswer) Run(ctx context.Context, c *console) error {
	var document uuid.NullUUID
	if a.Document != "" {
		id, err := uuid.Parse(a.Document)
		if err != nil {
			return fault.Newf(fault.Invalid, "usage", "%.60q is not an id", a.Document)
		}
		document = uuid.NullUUID{UUID: id, Valid: true}
	}
	return a.on(ctx, c, func(p *wire.Product, id uuid.UUID) (app.DisputeFile, error) {
		return p.App.AnswerEvidence(ctx, operator(), id, a.Evidence, app.EvidenceAnswer{
			State: dispute.EvidenceState(a.State), DocumentID: document, Note: a.Note,
		})
	})
}

type disputeMet struct {
	disputeArg
	Kind string `arg:"" enum:"carrier_claim,limitation" help:"carrier_claim: the carrier was asked to pay. limitation: it is stayed."`
	Note string `arg:"" help:"What was done, and when."`
}

// Run notes that what a deadline asks for has happened outside of the case.
func (m disputeMet) Run(ctx context.Context, c *console) error {
	return m.on(ctx, c, func(p *wire.Product, id uuid.UUID) (app.DisputeFile, error) {
		return p.App.MeetDeadline(ctx, operator(), id, dispute.DeadlineKind(m.Kind), m.Note)
	})
}

type disputeAsk struct {
	disputeArg
	Note    string `arg:"" help:"What was asked."`
	ReplyBy string `help:"By when they are to answer; by the rules unless told."`
}

// Run notes a question to the customer.
func (a disputeAsk) Run(ctx context.Context, c *console) error {
	by, err := dateArg(a.ReplyBy)
	if err != nil {
		return err
	}
	return a.on(ctx, c, func(p *wire.Product, id uuid.UUID) (app.DisputeFile, error) {
		return p.App.AskCustomer(ctx, operator(), id, app.CustomerQuestion{Note: a.Note, ReplyBy: by})
	})
}

type disputeReply struct {
	disputeArg
	Note string `arg:"" help:"What they said."`
}

// Run notes the customer's answer.
func (r disputeReply) Run(ctx context.Context, c *console) error {
	return r.on(ctx, c, func(p *wire.Product, id uuid.UUID) (app.DisputeFile, error) {
		return p.App.CustomerReplied(ctx, operator(), id, r.Note)
	})
}

type disputeSubmit struct {
	disputeArg
	Channel   string `enum:"notice,portal,email,letter" default:"portal" help:"notice, portal, email or letter."`
	Reference string `help:"Number of our case in the customer's portal."`
	ReplyBy   string `help:"By when they are to answer; by the rules unless told."`
	Buyer     bool   `help:"The buyer is involved."`
}

// Run begins a round of the contest.
func (s disputeSubmit) Run(ctx context.Context, c *console) error {
	by, err := dateArg(s.ReplyBy)
	if err != nil {
		return err
	}
	return s.on(ctx, c, func(p *wire.Product, id uuid.UUID) (app.DisputeFile, error) {
		return p.App.SubmitDispute(ctx, operator(), id, app.NewRound{
			Channel: s.Channel, PortalReference: s.Reference, ReplyBy: by, BuyerInvolved: s.Buyer,
		})
	})
}

type disputeAnswer struct {
	disputeArg
	Answer string `arg:"" enum:"accepted,refused,no_answer" help:"accepted, refused or no_answer."`
	Note   string `help:"What they said."`
}

// Run notes the customer's answer to a denial.
func (a disputeAnswer) Run(ctx context.Context, c *console) error {
	return a.on(ctx, c, func(p *wire.Product, id uuid.UUID) (app.DisputeFile, error) {
		return p.App.AnswerDispute(ctx, operator(), id, app.ContestAnswer{Answer: a.Answer, Note: a.Note})
	})
}

type disputeSplit struct {
	disputeArg
	Part []string `required:"" sep:"none" help:"AMOUNT=REASON, once per part; the amounts sum to what is undecided."`
}

// Run splits a claim.
func (s disputeSplit) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		id, err := s.find(ctx, p)
		if err != nil {
			return err
		}
		file, err := p.App.DisputeCase(ctx, operator(), id)
		if err != nil {
			return err
		}
		var parts []app.SplitPart
		for _, text := range s.Part {
			figure, reason, _ := strings.Cut(text, "=")
			minor, err := amountArg(figure, file.Currency)
			if err != nil {
				return err
			}
			parts = append(parts, app.SplitPart{AmountMinor: minor, Reason: reason})
		}
		made, err := p.App.SplitDispute(ctx, operator(), id, parts)
		if err != nil {
			return err
		}
		for _, d := range made {
			c.dispute(d)
		}
		return nil
	})
}

type disputeMerge struct {
	Disputes []string `arg:"" help:"Two cases or more, by number or id."`
}

// Run links cases that belong together.
func (m disputeMerge) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		var ids []uuid.UUID
		for _, name := range m.Disputes {
			id, err := disputeArg{name}.find(ctx, p)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		linked, err := p.App.MergeDisputes(ctx, operator(), ids)
		if err != nil {
			return err
		}
		for _, d := range linked {
			c.dispute(d)
		}
		return nil
	})
}

type disputeLink struct {
	disputeArg
	Other string `arg:"" help:"The other case."`
	State string `arg:"" enum:"suspected,confirmed,dismissed" help:"suspected, confirmed or dismissed."`
}

// Run judges a link.
func (l disputeLink) Run(ctx context.Context, c *console) error {
	return l.on(ctx, c, func(p *wire.Product, id uuid.UUID) (app.DisputeFile, error) {
		other, err := disputeArg{l.Other}.find(ctx, p)
		if err != nil {
			return app.DisputeFile{}, err
		}
		return p.App.LinkDisputes(ctx, operator(), id, other, l.State)
	})
}

type disputeAttach struct {
	disputeArg
	File string `arg:"" help:"The file."`
	Kind string `required:"" help:"What it is: proof_of_delivery, price_agreement, claim …"`
}

// Run stores a document and prints its id, which evidence answer and decide take.
func (a disputeAttach) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		id, err := a.find(ctx, p)
		if err != nil {
			return err
		}
		return c.storeFile(ctx, p, a.File, app.NewDocument{DisputeID: uuid.NullUUID{UUID: id, Valid: true}, Kind: a.Kind})
	})
}

package run

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/internal/sample"
	"arrears/internal/terminal"
	"arrears/internal/wire"
)

// The demonstration's pace.
const (
	// officeHour is when people of the script come to their desks, in UTC.
	officeHour = 9 * time.Hour
	// looksADay is how often the script looks at the clock in a business day.
	looksADay = 10
	// afterwards is how often the supervisor looks in once the script is over, in days.
	afterwards = 2
)

// scriptPlayed counts the events of the script that were played, so that a second start goes on with the next.
const scriptPlayed = "demo_script"

// player plays the sample's script through the API, as its people would.
type player struct {
	p         *wire.Product
	screen    *terminal.Terminal
	callers   map[access.Role]caller
	ids       map[access.Role]string // who they are to the product
	bank      string                 // the folder of the bank's files
	script    []sample.Event
	next      int
	supervise calendar.Date // the last day on which the supervisor looked in after the script
}

// demo tells the story and plays the script until ctx ends.
func (s *session) demo(ctx context.Context, p *wire.Product, told *story, began calendar.Date) error {
	counters, err := countersOf(ctx, p.DB)
	if err != nil {
		return stopped(ctx, err)
	}
	play := &player{
		p: p, screen: s.screen, callers: map[access.Role]caller{}, ids: map[access.Role]string{}, bank: s.home.path("bank"),
		script: sample.Generate(seed, began).Script, next: int(counters[scriptPlayed]),
	}
	for role, key := range s.keys {
		play.callers[role] = caller{url: s.url(), key: key}
	}
	s.screen.Line("  A day takes " + s.o.Day.String() + ". What happens, as it is recorded:\n")
	return wire.Together(ctx,
		told.follow,
		func(ctx context.Context) error { return play.run(ctx, s.o.Day/looksADay) },
	)
}

func (p *player) run(ctx context.Context, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := p.look(ctx); err != nil {
				return stopped(ctx, err)
			}
		}
	}
}

// look plays every event whose hour has come.
func (p *player) look(ctx context.Context) error {
	now, err := p.p.Clock.Now(ctx)
	if err != nil {
		return err
	}
	for p.next < len(p.script) && !now.Before(p.script[p.next].On.Time(time.UTC).Add(officeHour)) {
		e := p.script[p.next]
		p.play(ctx, fmt.Sprintf("demo-%d", p.next), e, calendar.DateOf(now, time.UTC))
		p.next++
		if err := count(ctx, p.p.DB, scriptPlayed, 1); err != nil {
			return err
		}
	}
	today := calendar.DateOf(now, time.UTC)
	if p.next < len(p.script) || today < p.supervise.AddDays(afterwards) {
		return nil
	}
	p.supervise = today
	p.play(ctx, "demo-after-"+today.String(), sample.Event{Kind: sample.DecideApprovals, Count: 5, Reason: "Checked."}, today)
	return nil
}

// play does one event. What the API refuses is told and passed over: the story goes on, as it would.
func (p *player) play(ctx context.Context, key string, e sample.Event, today calendar.Date) {
	if tellsFirst(e.Kind) {
		p.say(e.Story)
	}
	err := p.act(ctx, key, e, today)
	var refused *refusal
	switch {
	case err == nil || ctx.Err() != nil:
	case errors.As(err, &refused):
		p.say(fmt.Sprintf("that is refused, for: %s (%s)", refused.Detail, refused.Code))
	default:
		p.screen.Line("  " + p.screen.Paint(terminal.Red, fmt.Sprintf("» %s: %v", e.Kind, err)))
	}
}

// tellsFirst reports whether an event's line stands before what the record says of it. The record tells payments and broken
// promises by itself; others have more to say, or nothing when there is nothing to do.
func tellsFirst(kind sample.EventKind) bool {
	switch kind {
	case sample.MakePromise, sample.AddNote, sample.PayShort, sample.DenyClaim:
		return true
	}
	return false
}

// act calls the API.
func (p *player) act(ctx context.Context, key string, e sample.Event, today calendar.Date) error {
	switch e.Kind {
	case sample.PayInvoice:
		return p.pay(ctx, key, e, today)
	case sample.MakePromise:
		return p.promise(ctx, key, e)
	case sample.AddNote:
		return p.note(ctx, key, e)
	case sample.PayShort:
		return p.payShort(ctx, key, e, today)
	case sample.DenyClaim:
		return p.deny(ctx, key, e)
	case sample.LoadBankFile:
		return p.loadBank(ctx, key, e)
	case sample.SettleWaiting:
		return p.settle(ctx, key, e)
	case sample.DecideApprovals:
		return p.decide(ctx, key, e, "approve")
	case sample.RejectApproval:
		return p.decide(ctx, key, e, "reject")
	}
	return nil // a promise breaks by itself
}

// found is an invoice as a list shows it.
type found struct {
	ID         string `json:"id"`
	CustomerID string `json:"customer_id"`
	Currency   string `json:"currency"`
	OpenMinor  int64  `json:"open_minor"`
}

func (p *player) invoice(ctx context.Context, number string) (found, error) {
	var page struct{ Items []found }
	query := url.Values{"source": {sample.Source}, "number": {number}}
	if err := p.callers[access.Collector].get(ctx, "/v1/invoices?"+query.Encode(), &page); err != nil {
		return found{}, err
	}
	if len(page.Items) == 0 {
		return found{}, fmt.Errorf("there is no invoice %s", number)
	}
	return page.Items[0], nil
}

func (p *player) pay(ctx context.Context, key string, e sample.Event, today calendar.Date) error {
	inv, err := p.invoice(ctx, e.Invoice)
	if err != nil {
		return err
	}
	in := p.received(inv, e, today)
	if applied := min(e.AmountMinor, inv.OpenMinor); applied > 0 {
		in["applications"] = []map[string]any{{"invoice_id": inv.ID, "amount_minor": applied}}
	}
	return p.callers[access.Collector].post(ctx, "/v1/receipts", key, in)
}

// received is the receipt of an event, not applied yet.
func (p *player) received(inv found, e sample.Event, today calendar.Date) map[string]any {
	return map[string]any{
		"source": sample.Source, "number": e.Receipt, "customer_id": inv.CustomerID, "currency": inv.Currency,
		"amount_minor": e.AmountMinor, "value_date": today.String(), "reference": e.Invoice,
	}
}

func (p *player) promise(ctx context.Context, key string, e sample.Event) error {
	inv, err := p.invoice(ctx, e.Invoice)
	if err != nil {
		return err
	}
	return p.callers[access.Collector].post(ctx, "/v1/promises", key, map[string]any{
		"invoice_id": inv.ID, "amount_minor": min(e.AmountMinor, inv.OpenMinor), "currency": inv.Currency,
		"due_on": e.DueOn.String(), "note": e.Reason,
	})
}

func (p *player) note(ctx context.Context, key string, e sample.Event) error {
	inv, err := p.invoice(ctx, e.Invoice)
	if err != nil {
		return err
	}
	return p.callers[access.Collector].post(ctx, "/v1/notes", key, map[string]any{
		"customer_id": inv.CustomerID, "invoice_id": inv.ID, "kind": "call", "outcome": "will_pay", "body": e.Reason,
	})
}

// approval is what waits for a decision.
type approval struct {
	ID          string      `json:"id"`
	Role        access.Role `json:"role"`
	ContentHash string      `json:"content_hash"`
	Proposers   []string    `json:"proposers"` // who may not decide
}

// decide has whoever must decide look at the first of what waits.
func (p *player) decide(ctx context.Context, key string, e sample.Event, decision string) error {
	var page struct{ Items []approval }
	if err := p.callers[access.Supervisor].get(ctx, fmt.Sprintf("/v1/approvals?status=open&limit=%d", max(1, e.Count)), &page); err != nil {
		return err
	}
	if len(page.Items) > 0 && e.Story != "" {
		p.say(e.Story)
	}
	var failures []error
	for i, a := range page.Items {
		who, err := p.decider(ctx, a)
		if err == nil && who != a.Role {
			p.say(fmt.Sprintf("the %s changed what one of them is about and may not decide on it: the %s does", a.Role, who))
		}
		if err == nil {
			err = p.callers[who].post(ctx, "/v1/approvals/"+a.ID+"/decision", fmt.Sprintf("%s-%d", key, i), map[string]any{
				"decision": decision, "content_hash": a.ContentHash, "comment": e.Reason,
			})
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

// decider is the role whose person may decide: nobody approves what they changed themselves, so that then the next one does.
func (p *player) decider(ctx context.Context, a approval) (access.Role, error) {
	for role, ok := a.Role, true; ok; role, ok = role.Next() {
		id, err := p.id(ctx, role)
		if err != nil {
			return "", err
		}
		if !slices.Contains(a.Proposers, id) {
			return role, nil
		}
	}
	return a.Role, nil // refused, and told so
}

// id is who a role's person is to the product.
func (p *player) id(ctx context.Context, role access.Role) (string, error) {
	if id := p.ids[role]; id != "" {
		return id, nil
	}
	var me struct {
		ID string `json:"id"`
	}
	err := p.callers[role].get(ctx, "/v1/me", &me)
	p.ids[role] = me.ID
	return me.ID, err
}

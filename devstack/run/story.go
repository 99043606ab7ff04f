package run

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/audit"
	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/notice"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/port"
)

// lookEvery is how often the story looks for what was recorded.
const lookEvery = 250 * time.Millisecond

// story tells what is recorded, a line per event, as it happens. It follows the audit entries, which are all there is to
// tell: nothing is told that is not on the record.
type story struct {
	p      *wire.Product
	screen *terminal.Terminal
	names  names
	after  string          // cursor of the page that is looked at again
	seen   map[string]bool // entries of that page that were told
	day    calendar.Date
	paid   map[string]bool // invoices whose payment was told
	before int             // chases that ended today because they were paid before the story began
}

// newStory begins after what is recorded already.
func newStory(ctx context.Context, p *wire.Product, screen *terminal.Terminal) (*story, error) {
	s := &story{p: p, screen: screen, names: newNames(p), seen: map[string]bool{}, paid: map[string]bool{}}
	return s, s.look(ctx, func(audit.Entry) {})
}

// follow tells everything until ctx ends.
func (s *story) follow(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := s.look(ctx, func(e audit.Entry) { s.tell(ctx, e) }); err != nil {
				return stopped(ctx, err)
			}
		}
	}
}

// look hands on every entry that was not seen yet. The last page is read again each time: entries that committed later may
// stand between those that were told.
func (s *story) look(ctx context.Context, each func(audit.Entry)) error {
	reader := access.Principal{ID: "story", Role: access.Auditor}
	for {
		page, err := s.p.App.ListAuditEntries(ctx, reader, port.AuditFilter{}, port.Page{After: s.after, Limit: port.MaxLimit})
		if err != nil {
			return err
		}
		for _, e := range page.Items {
			if !s.seen[e.ID] {
				s.seen[e.ID] = true
				each(e)
			}
		}
		if page.Next == "" {
			return nil
		}
		s.after, s.seen = page.Next, map[string]bool{}
	}
}

// tell writes the line of an entry, if it has one, under the day on which it happened.
func (s *story) tell(ctx context.Context, e audit.Entry) {
	mark, style, text := s.sentence(ctx, e)
	if text == "" {
		return
	}
	s.newDay(calendar.DateOf(e.At, time.UTC))
	const margin = 10 // of the hour and the mark
	lines := strings.Join(folded(text, lineWidth-margin), "\n"+strings.Repeat(" ", margin))
	s.screen.Line(fmt.Sprintf("  %s %s %s", s.screen.Paint(terminal.Faint, e.At.UTC().Format("15:04")), s.screen.Paint(style, mark), lines))
}

func (s *story) newDay(day calendar.Date) {
	if day <= s.day {
		return
	}
	if s.before > 0 {
		s.screen.Line(fmt.Sprintf("        %s %d chases end of invoices that had been paid before", s.screen.Paint(terminal.Green, "●"), s.before))
		s.before = 0
	}
	s.day = day
	s.screen.Line(s.screen.Paint(terminal.Bold, fmt.Sprintf("%s, %d %s %d", day.Weekday(), day.Day(), day.Month(), day.Year())))
}

// sentence says an entry for people who watch; what is of no interest to them has none.
func (s *story) sentence(ctx context.Context, e audit.Entry) (mark string, style terminal.Style, text string) {
	d := dataOf(e)
	who, what := s.names.customer(ctx, e.CustomerID), s.names.invoice(ctx, e.InvoiceID)
	switch e.Action {
	case "notice.sent":
		return "✉", terminal.Cyan, fmt.Sprintf("%s is asked for %s by %s: %s", who, d.amount("amount_minor"), d.text("channel"), s.names.lines(ctx, e.SubjectID))
	case "notice.refused":
		return "✗", terminal.Red, fmt.Sprintf("the message to %s was refused (%s): another contact, another channel or a person", who, d.text("outcome"))
	case "notice.withdrawn":
		return "⊘", terminal.Amber, fmt.Sprintf("what was prepared for %s is withdrawn (%s)", who, d.text("reason"))
	case "approval.requested":
		return "?", terminal.Amber, fmt.Sprintf("%s of %s, %s: a %s must approve", d.text("stage"), who, d.amount("amount_minor"), d.text("role"))
	case "approval.approved":
		return "✓", terminal.Green, fmt.Sprintf("%s of %s is approved", d.text("stage"), who)
	case "approval.rejected":
		return "✗", terminal.Red, fmt.Sprintf("%s of %s is rejected; a collector gets a task", d.text("stage"), who)
	case "approval.lapsed":
		return "⊘", terminal.Amber, fmt.Sprintf("the request to approve %s of %s lapses (%s)", d.text("stage"), who, d.text("reason"))
	case "approval.raised":
		return "↑", terminal.Amber, fmt.Sprintf("nobody decided %s of %s in time: it is raised to %s", d.text("stage"), who, d.text("role"))
	case "receipt.applied":
		s.paid[e.InvoiceID] = true
		return "€", terminal.Green, fmt.Sprintf("%s pays %s on %s%s", who, d.amount("amount_minor"), what, s.left(ctx, e, d))
	case "receipt.unapplied":
		return "↩", terminal.Red, fmt.Sprintf("a payment of %s on %s is taken back: %s is owed again, and chased", who, what, d.amount("amount_minor"))
	case "case.closed":
		if !s.paid[e.InvoiceID] {
			s.before++
			return "", "", ""
		}
		return "●", terminal.Green, fmt.Sprintf("the chase of %s (%s) ends: nothing is left to collect", what, who)
	case "case.reopened":
		return "○", terminal.Red, fmt.Sprintf("the chase of %s (%s) begins again where it stood", what, who)
	}
	return s.more(ctx, e, d, who, what)
}

// more are the quieter events.
func (s *story) more(ctx context.Context, e audit.Entry, d data, who, what string) (mark string, style terminal.Style, text string) {
	switch e.Action {
	case "promise.made":
		return "◷", terminal.Cyan, fmt.Sprintf("%s promises %s for %s by %s: that part waits", who, d.amount("amount_minor"), what, d.text("due_on"))
	case "promise.kept":
		return "✓", terminal.Green, fmt.Sprintf("%s kept the promise for %s", who, what)
	case "promise.broken", "promise.partially_kept":
		return "✗", terminal.Red, fmt.Sprintf("%s broke the promise for %s (%s came): the chase goes on", who, what, d.amount("received_minor"))
	case "task.opened":
		return "☐", terminal.Faint, fmt.Sprintf("%s%s", s.names.task(ctx, e.SubjectID, d.text("kind")), about(what, who))
	case "credit_hold.requested":
		return "■", terminal.Amber, fmt.Sprintf("a credit hold is requested for %s", who)
	case "step.done":
		if d.text("action") == "hand over" {
			return "■", terminal.Red, fmt.Sprintf("%s (%s) is handed over: nobody asks any more", what, who)
		}
	case "case.parked":
		return "!", terminal.Red, fmt.Sprintf("%s (%s) needs attention (%s)", what, who, d.text("code"))
	}
	if mark, style, text = ofClaim(e, d, who, what); text != "" {
		return mark, style, text
	}
	return s.ofCash(ctx, e, d, who)
}

// left says what a payment leaves: nothing of an invoice stays open when the rest was withheld, and yet it is not paid.
func (s *story) left(ctx context.Context, e audit.Entry, d data) string {
	if withheld := s.names.withheld(ctx, d.text("receipt_id"), e.InvoiceID); withheld > 0 {
		return " and withholds " + shownAmount(withheld, money.Currency(d.text("currency")))
	}
	return "; " + d.amount("open_minor") + " stays open"
}

func about(what, who string) string {
	if what == "" && who == "" {
		return ""
	}
	return " — " + strings.TrimSpace(what+" "+who)
}

// listed names the invoices of a notice, the first few of them.
func listed(lines []string) string {
	const shown = 3
	if len(lines) > shown {
		return fmt.Sprintf("%s and %d more", strings.Join(lines[:shown], ", "), len(lines)-shown)
	}
	return strings.Join(lines, ", ")
}

// data are an entry's details.
type data map[string]any

func dataOf(e audit.Entry) data {
	d := data{}
	decoder := json.NewDecoder(strings.NewReader(string(e.Data)))
	decoder.UseNumber()
	if err := decoder.Decode(&d); err != nil {
		return data{}
	}
	return d
}

func (d data) text(key string) string {
	text, _ := d[key].(string)
	if _, err := uuid.Parse(text); err == nil {
		return text
	}
	if _, err := calendar.ParseDate(text); err == nil {
		return text
	}
	return strings.NewReplacer("_", " ", "-", " ").Replace(text)
}

func (d data) amount(key string) string {
	switch minor, ok := d.minor(key); {
	case !ok:
		return "something"
	case minor == 0:
		return "nothing"
	default:
		return shownAmount(minor, money.Currency(d.text("currency")))
	}
}

// minor is a whole number; ok is false when there is none.
func (d data) minor(key string) (minor int64, ok bool) {
	number, _ := d[key].(json.Number)
	minor, err := number.Int64()
	return minor, err == nil
}

// names finds what people call customers and invoices; the record holds ids alone.
type names struct {
	p         *wire.Product
	customers map[string]string
	invoices  map[string]string
}

func newNames(p *wire.Product) names {
	return names{p: p, customers: map[string]string{"": ""}, invoices: map[string]string{"": ""}}
}

func (n names) customer(ctx context.Context, id string) string {
	return n.find(ctx, n.customers, id, func(ctx context.Context, tx port.Tx, key uuid.UUID) (string, error) {
		c, err := tx.Customer(ctx, key)
		return c.Name, err
	})
}

func (n names) invoice(ctx context.Context, id string) string {
	return n.find(ctx, n.invoices, id, func(ctx context.Context, tx port.Tx, key uuid.UUID) (string, error) {
		inv, err := tx.Invoice(ctx, key)
		return inv.Number, err
	})
}

// lines names what a notice asked for: invoices with their stages.
func (n names) lines(ctx context.Context, noticeID string) string {
	var sent []string
	err := n.p.DB.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		id, err := uuid.Parse(noticeID)
		if err != nil {
			return err
		}
		message, err := tx.Notice(ctx, id)
		for _, l := range message.Lines {
			if l.State == notice.LineSent {
				sent = append(sent, n.invoice(ctx, l.CaseID.String())+" ("+strings.ReplaceAll(l.Stage, "-", " ")+")")
			}
		}
		return err
	})
	if err != nil {
		return noticeID
	}
	return listed(sent)
}

// task is what a person is asked to do; the record knows its kind alone.
func (n names) task(ctx context.Context, id, kind string) string {
	return n.find(ctx, map[string]string{}, id, func(ctx context.Context, tx port.Tx, key uuid.UUID) (string, error) {
		t, err := tx.Task(ctx, key)
		if t.Summary == "" {
			return kind, err
		}
		return "a person is asked: " + t.Summary, err
	})
}

// find reads a name once; what cannot be found is called by its id.
func (n names) find(ctx context.Context, known map[string]string, id string, read func(context.Context, port.Tx, uuid.UUID) (string, error)) string {
	if name, ok := known[id]; ok {
		return name
	}
	name := id
	err := n.p.DB.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		key, err := uuid.Parse(id)
		if err != nil {
			return err
		}
		found, err := read(ctx, tx, key)
		if err == nil {
			name = found
		}
		return err
	})
	if err == nil {
		known[id] = name
	}
	return name
}

package run

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/port"
)

// ready tells where everything is.
func (s *session) ready() {
	where := s.stack.Addresses()
	rows := []terminal.Row{
		{Name: "API", Value: s.url() + "/v1"},
		{Name: "its pages", Value: s.url() + "/docs"},
		{Name: "", Value: "(any user name; one of these keys is the password)"},
	}
	for _, role := range access.Roles() {
		rows = append(rows, terminal.Row{Name: "key " + string(role), Value: s.keys[role]})
	}
	rows = append(rows,
		terminal.Row{Name: "keys are in", Value: s.home.shown("keys") + "/"},
		terminal.Row{Name: "mails", Value: s.home.shown("mails") + "/   (a file each; none leaves this machine)"},
		terminal.Row{Name: "letters", Value: s.home.shown("letters") + "/"},
		terminal.Row{Name: "log", Value: s.home.shown("arrears.log")},
		terminal.Row{Name: "database", Value: where.DatabaseURL},
		terminal.Row{Name: "Temporal", Value: where.Temporal + ", namespace " + where.TemporalNamespace},
	)
	if s.o.Demo {
		rows = append(rows,
			terminal.Row{Name: "bank's files", Value: s.home.shown("bank") + "/   (as the story's bank sends them)"},
			terminal.Row{Name: "clock", Value: "a day takes " + s.o.Day.String() + " (ARREARS_DEMO_DAY)"},
		)
	}
	rows = append(rows,
		terminal.Row{},
		terminal.Row{Name: "try", Value: "key=$(cat " + s.home.shown("keys", "collector") + ")"},
		terminal.Row{Name: "", Value: "curl -H \"Authorization: Bearer $key\" \\"},
		terminal.Row{Name: "", Value: "  '" + s.url() + "/v1/invoices?state=overdue&limit=3'"},
		terminal.Row{Name: "or", Value: "make build && . " + s.home.shown("env")},
		terminal.Row{Name: "", Value: ".build/arrears invoice timeline R240001"},
		terminal.Row{Name: "stop", Value: "Ctrl-C; the next start goes on where this one stops"},
	)
	s.screen.Panel("Arrears is ready", rows)
	if !s.o.Demo {
		s.screen.Line("  " + hanging("", "Reminders go out in each customer's send window, by the business clock. `make demo` shows months in minutes.", lineWidth-2, "  "))
	}
}

// writeEnv keeps what the product's command line needs to work on this installation. Ports differ from start to start.
func (s *session) writeEnv() error {
	where := s.stack.Addresses()
	documents, err := filepath.Abs(s.home.path("documents"))
	if err != nil {
		return err
	}
	return writePrivate(s.home.path("env"), fmt.Sprintf("export ARREARS_DATABASE_URL='%s'\nexport ARREARS_TEMPORAL_ADDRESS='%s'\nexport ARREARS_TEMPORAL_NAMESPACE='%s'\nexport ARREARS_DOCUMENT_STORE='%s'\n",
		where.DatabaseURL, where.Temporal, where.TemporalNamespace, documents))
}

// firstDay is the business day on which the installation began: that of its first record.
func (s *session) firstDay(ctx context.Context, p *wire.Product) (calendar.Date, error) {
	var first time.Time
	err := p.DB.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		entries, err := tx.ListAudit(ctx, port.AuditFilter{}, port.Page{Limit: 1})
		if err == nil && len(entries.Items) > 0 {
			first = entries.Items[0].At
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return calendar.DateOf(first, time.UTC), nil
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/policy"
	"arrears/internal/terminal"
	"arrears/rehearsal"
	"arrears/rehearsal/report"
)

type rehearseCommand struct {
	File      string              `arg:"" help:"The file of settled invoices."`
	Profile   string              `required:"" help:"Name of a shipped profile, or the file of one's own."`
	Policy    string              `required:"" help:"Key of a shipped policy, or the file of one's own in YAML or JSON."`
	Against   string              `help:"A second policy over the same history; the report shows both and the difference."`
	From      string              `required:"" help:"First day, YYYY-MM-DD: what was open before enters on it."`
	To        string              `help:"Last day; without it the last one that the file knows."`
	Currency  string              `help:"Currency of files that state none."`
	TimeZone  string              `default:"UTC" help:"The installation's time zone (IANA name)."`
	Calendar  string              `default:"none" help:"The installation's holiday calendar."`
	Approvals rehearsal.Approvals `default:"approve" enum:"approve,reject,wait" help:"What a made-up supervisor does on the next business day: approve, reject or wait."`
	HTML      string              `name:"html" help:"File for the report as one page."`
	JSON      string              `name:"json" help:"File for the report as JSON; - is standard output, instead of the text."`
	Width     int                 `default:"100" help:"Columns of the text."`
}

// Run plays the file and writes the report. It exits with 4 when a figure that must be 0 is not.
func (r rehearseCommand) Run(ctx context.Context, c *console) error {
	o, err := r.options(c)
	if err != nil {
		return c.allFields(err)
	}
	o.Progress = c.rehearsalProgress()
	out, err := rehearsal.Rehearse(ctx, o)
	if err != nil {
		return err
	}
	reports := make([]report.Report, len(out.Facts))
	for i, f := range out.Facts {
		reports[i] = report.Make(f)
	}
	if err := r.write(c, reports); err != nil {
		return err
	}
	for _, run := range out.Runs {
		c.err.Step("%s: %d cases, %d steps of the clock, %d workflows and %d mails in %s, %.0f cases/s", run.Policy, run.Cases, run.Steps,
			run.Workflows, run.Mails, run.Took.Round(time.Second/10), float64(run.Cases)/run.Took.Seconds())
	}
	return c.passed(reports)
}

// document is a report, or the comparison of two.
type document interface {
	JSON() ([]byte, error)
	HTML() ([]byte, error)
	Text(w io.Writer, width int) error
}

// compared is two reports with their difference; its JSON holds all three.
type compared struct {
	report.Comparison
	reports []report.Report
}

// JSON writes both reports and the difference.
func (d compared) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(map[string]any{"reports": d.reports, "difference": d.Comparison}, "", "  ")
	return append(text, '\n'), err
}

func documentOf(reports []report.Report) document {
	if len(reports) == 1 {
		return reports[0]
	}
	return compared{report.Compare(reports[0], reports[1]), reports}
}

func (r rehearseCommand) options(c *console) (rehearsal.Options, error) {
	o := rehearsal.Options{File: r.File, TimeZone: r.TimeZone, Calendar: r.Calendar, Approvals: r.Approvals}
	var err error
	if o.Config, err = loadConfig(); err != nil {
		return o, err
	}
	if o.Config.LogLevel != "debug" { // what is tried again is no news to whoever looks at the progress
		o.Config.LogLevel = "error"
	}
	o.Log = c.logger(o.Config)
	if o.Profile, err = profile(r.Profile); err != nil {
		return o, err
	}
	if o.From, err = calendar.ParseDate(r.From); err != nil {
		return o, err
	}
	if r.To != "" {
		if o.To, err = calendar.ParseDate(r.To); err != nil {
			return o, err
		}
	}
	if r.Currency != "" {
		if o.Currency, err = money.ParseCurrency(r.Currency); err != nil {
			return o, err
		}
	}
	for _, name := range []string{r.Policy, r.Against} {
		if name == "" {
			continue
		}
		p, err := namedPolicy(name)
		if err != nil {
			return o, err
		}
		o.Policies = append(o.Policies, p)
	}
	if len(o.Policies) == 2 && o.Policies[0].Key == o.Policies[1].Key {
		o.Policies[1].Key = strings.TrimRight(o.Policies[1].Key[:min(len(o.Policies[1].Key), 60)], "-_") + "-b"
	}
	return o, nil
}

// namedPolicy is a shipped policy by its key, or one's own from a file.
func namedPolicy(name string) (policy.Policy, error) {
	shipped := policy.Default()
	if name == shipped.Key || name == "default" {
		return shipped, nil
	}
	if !strings.ContainsAny(name, "./\\") && name != "-" {
		return policy.Policy{}, fault.Newf(fault.NotFound, "policy.not_found", "there is no shipped policy %.70q; a file's name has a dot or a slash in it", name)
	}
	return policyFile{File: name}.read()
}

// rehearsalProgress shows the days that were played and an estimate of the rest.
func (c *console) rehearsalProgress() func(rehearsal.Progress) {
	return func(p rehearsal.Progress) {
		switch {
		case p.Total == 0:
			c.err.Progress("reading", min(p.Done, 1), 2)
		case p.Remaining > 0:
			c.err.Progress(fmt.Sprintf("%s, about %s left, days", p.Day, p.Remaining), p.Done, p.Total)
		default:
			c.err.Progress(fmt.Sprintf("%s, days", p.Day), p.Done, p.Total)
		}
	}
}

// write puts the report where it was asked for: the text on standard output, unless JSON goes there.
func (r rehearseCommand) write(c *console, reports []report.Report) error {
	d := documentOf(reports)
	if err := c.save(r.HTML, d.HTML); err != nil {
		return err
	}
	if err := c.save(r.JSON, d.JSON); err != nil || r.JSON == "-" {
		return err
	}
	return d.Text(c.raw, r.Width)
}

// save writes to a file, or to standard output for "-".
func (c *console) save(name string, content func() ([]byte, error)) error {
	if name == "" {
		return nil
	}
	text, err := content()
	if err != nil {
		return err
	}
	if name == "-" {
		_, err = c.raw.Write(text)
		return err
	}
	if err := os.WriteFile(name, text, 0o644); err != nil {
		return fault.Wrap(err, fault.Invalid, "file.unwritable", name+" cannot be written")
	}
	c.err.Step("wrote %s", name)
	return nil
}

// passed says what must be 0 and is not.
func (c *console) passed(reports []report.Report) error {
	found := false
	for _, r := range reports {
		for _, k := range r.KPIs {
			if k.Count == 0 {
				continue
			}
			found = true
			c.err.Line(c.err.Paint(terminal.Red, "must be 0") + fmt.Sprintf("  %s is %d under %s: %s", k.ID, k.Count, r.Policy, k.Meaning))
		}
	}
	if found {
		return errFound
	}
	return nil
}

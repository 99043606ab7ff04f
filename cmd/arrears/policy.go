package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/internal/terminal"
	"arrears/internal/wire"
)

type policyCommand struct {
	Check   policyCheck   `cmd:"" help:"Check a policy file and say what it does."`
	Preview policyPreview `cmd:"" help:"Say in words and dates what a policy file would do to an item."`
	Default policyDefault `cmd:"" help:"Print the default policy as a start for one's own."`
	Schema  policySchema  `cmd:"" help:"Print the published JSON schema of policies."`
}

type policyDefault struct {
	Repayment bool `help:"Print the policy by which denied deductions are collected instead."`
}

// Run prints a shipped policy with its comments.
func (p policyDefault) Run(c *console) error {
	text := policy.DefaultYAML()
	if p.Repayment {
		text = policy.DefaultRepaymentYAML()
	}
	_, err := c.raw.Write(text)
	return err
}

type policySchema struct{}

// Run prints the schema.
func (policySchema) Run(c *console) error {
	_, err := c.raw.Write(policy.Schema())
	return err
}

// maxPolicyFile bounds what is read of a file before the policy's own bound refuses it.
const maxPolicyFile = 2 << 20

type policyFile struct {
	File string `arg:"" help:"The policy in YAML or JSON; - is standard input, default the default policy, repayment that of denied deductions."`
}

func (f policyFile) read() (policy.Policy, error) {
	if f.File == "default" {
		return policy.Default(), nil
	}
	if f.File == "repayment" {
		return policy.DefaultRepayment(), nil
	}
	text, err := readFile(f.File, maxPolicyFile)
	if err != nil {
		return policy.Policy{}, err
	}
	return policy.Parse(text)
}

// readFile reads a whole file up to a bound. Errors: file.unreadable, file.too_large.
func readFile(name string, most int64) ([]byte, error) {
	in, err := openFile(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(in, most+1))
	if err != nil {
		return nil, unreadable(name, err)
	}
	if int64(len(text)) > most {
		return nil, fault.Newf(fault.TooLarge, "file.too_large", "%s is larger than %d bytes", name, most)
	}
	return text, nil
}

// openFile opens a file, or standard input for "-". Error: file.unreadable.
func openFile(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(os.Stdin), nil
	}
	in, err := os.Open(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	return in, nil
}

func unreadable(name string, err error) error {
	return fault.Wrap(err, fault.Invalid, "file.unreadable", name+" cannot be read")
}

type policyCheck struct {
	policyFile
}

// Run refuses a wrong policy with every field that is wrong, and shows a right one as a table.
func (k policyCheck) Run(c *console) error {
	p, err := k.read()
	if err == nil {
		err = k.templates(p)
	}
	if err != nil {
		return c.allFields(err)
	}
	c.out.Line(c.out.Paint(terminal.Green, "valid") + fmt.Sprintf("  %s (%s), %d stages", p.Key, p.Kind, len(p.Stages)))
	rows := make([][]string, len(p.Stages))
	for i, s := range p.Stages {
		rows[i] = []string{s.Key, s.Moment.String(), strings.ReplaceAll(string(s.Action), "_", " "), what(s), approver(s)}
	}
	c.out.Table([]string{"stage", "moment", "action", "with", "approval"}, rows)
	return nil
}

// templates refuses a policy whose templates nobody has.
func (policyCheck) templates(p policy.Policy) error {
	cfg, err := loadConfig()
	if err != nil {
		return err
	}
	known, err := wire.Templates(cfg)
	if err != nil {
		return err
	}
	return policy.CheckTemplates(p, known)
}

// allFields shows each wrong field on a line of its own before the one line of the error.
func (c *console) allFields(err error) error {
	f, ok := err.(*fault.Error) //nolint:errorlint // the fields of a wrapped error are shown by whoever wrapped it
	if !ok || len(f.Fields) < 2 {
		return err
	}
	for _, field := range f.Fields {
		c.err.Line("  " + placed(field, c.err.Paint(terminal.Amber, field.Path)))
	}
	return fault.Newf(f.Kind, f.Code, "%s, in %d places", f.Message, len(f.Fields))
}

func what(s policy.Stage) string {
	if s.Action == policy.Task {
		return s.TaskText
	}
	return s.Template
}

func approver(s policy.Stage) string {
	if s.Approval == nil {
		return ""
	}
	return fmt.Sprintf("%s within %d business days, else %s", s.Approval.Role, s.Approval.DeadlineDays, s.Approval.AtDeadline)
}

type policyPreview struct {
	policyFile
	Due      string               `required:"" help:"Due date of the item, YYYY-MM-DD."`
	Amount   string               `default:"1000" help:"Amount in major units."`
	Currency string               `default:"EUR" help:"Its currency."`
	Zone     string               `default:"UTC" help:"The customer's time zone."`
	Calendar string               `default:"none" help:"The customer's holiday calendar."`
	Channels []receivable.Channel `default:"email" help:"By which the customer is reachable, preferred first."`
	From     string               `help:"Day from which to look; without it 30 days before the due date."`
}

// Run tells the policy's story for one unpaid item.
func (v policyPreview) Run(c *console) error {
	p, err := v.read()
	if err != nil {
		return c.allFields(err)
	}
	subject, from, err := v.subject()
	if err != nil {
		return err
	}
	c.preview(policy.Preview(&p, policy.FactsFor(subject), from))
	return nil
}

func (v policyPreview) subject() (policy.Subject, time.Time, error) {
	var none time.Time
	due, err := calendar.ParseDate(v.Due)
	if err != nil {
		return policy.Subject{}, none, err
	}
	currency, err := money.ParseCurrency(v.Currency)
	if err != nil {
		return policy.Subject{}, none, err
	}
	amount, err := money.Parse(v.Amount, currency)
	if err != nil {
		return policy.Subject{}, none, err
	}
	zone, err := calendar.LoadZone(v.Zone)
	if err != nil {
		return policy.Subject{}, none, err
	}
	from := due.AddDays(-30)
	if v.From != "" {
		if from, err = calendar.ParseDate(v.From); err != nil {
			return policy.Subject{}, none, err
		}
	}
	return policy.Subject{DueDate: due, Amount: amount, TimeZone: v.Zone, Calendar: v.Calendar, Channels: v.Channels}, from.Time(zone), nil
}

// preview prints what a policy would do.
func (c *console) preview(lines []policy.PreviewLine) {
	if len(lines) == 0 {
		c.out.Line("Nothing would happen in the next three years.")
		return
	}
	for _, l := range lines {
		c.out.Line(c.out.Paint(terminal.Cyan, l.On.String()) + "  " + l.Text)
	}
}

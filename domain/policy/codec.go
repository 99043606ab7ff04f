package policy

import (
	"bytes"
	"encoding/json"

	"go.yaml.in/yaml/v3"

	"arrears/domain/fault"
)

// What a document that leaves a value out means.
const (
	defaultMinDays      = 3
	defaultReview       = 14
	defaultDeadlineDays = 3
	defaultFrom         = "08:00"
	defaultTo           = "17:00"
)

// document is the written form of a policy, which the published schema describes.
type document struct {
	Key           string            `json:"key" yaml:"key"`
	Kind          Kind              `json:"kind,omitempty" yaml:"kind,omitempty"`
	Description   string            `json:"description,omitempty" yaml:"description,omitempty"`
	MinimumOpen   map[string]string `json:"minimum_open,omitempty" yaml:"minimum_open,omitempty"`
	MinDays       *int              `json:"min_days_between_notices,omitempty" yaml:"min_days_between_notices,omitempty"`
	Window        *windowDocument   `json:"window,omitempty" yaml:"window,omitempty"`
	ClosedDays    []string          `json:"closed_days,omitempty" yaml:"closed_days,omitempty"`
	Credits       CreditsRule       `json:"credits,omitempty" yaml:"credits,omitempty"`
	BrokenPromise BrokenPromiseRule `json:"broken_promise,omitempty" yaml:"broken_promise,omitempty"`
	ReviewDays    int               `json:"review_days,omitempty" yaml:"review_days,omitempty"`
	Stages        []stageDocument   `json:"stages" yaml:"stages"`
}

type windowDocument struct {
	From string   `json:"from" yaml:"from"`
	To   string   `json:"to" yaml:"to"`
	Days []string `json:"days,omitempty" yaml:"days,omitempty,flow"`
}

type stageDocument struct {
	Key        string              `json:"key" yaml:"key"`
	Name       string              `json:"name,omitempty" yaml:"name,omitempty"`
	Moment     string              `json:"moment" yaml:"moment"`
	Conditions *conditionsDocument `json:"conditions,omitempty" yaml:"conditions,omitempty"`
	WhenUnmet  WhenUnmet           `json:"when_unmet,omitempty" yaml:"when_unmet,omitempty"`
	Action     Action              `json:"action" yaml:"action"`
	Template   string              `json:"template,omitempty" yaml:"template,omitempty"`
	Channels   []string            `json:"channels,omitempty" yaml:"channels,omitempty,flow"`
	Task       string              `json:"task,omitempty" yaml:"task,omitempty"`
	DueDays    int                 `json:"due_days,omitempty" yaml:"due_days,omitempty"`
	Approval   *approvalDocument   `json:"approval,omitempty" yaml:"approval,omitempty"`
}

type conditionsDocument struct {
	MinimumOpen  map[string]string `json:"minimum_open,omitempty" yaml:"minimum_open,omitempty"`
	OverdueCount int               `json:"overdue_count,omitempty" yaml:"overdue_count,omitempty"`
	OldestDays   int               `json:"oldest_days,omitempty" yaml:"oldest_days,omitempty"`
	OverdueTotal map[string]string `json:"overdue_total,omitempty" yaml:"overdue_total,omitempty"`
}

type approvalDocument struct {
	Role         string     `json:"role,omitempty" yaml:"role,omitempty"`
	DeadlineDays int        `json:"deadline_days,omitempty" yaml:"deadline_days,omitempty"`
	AtDeadline   AtDeadline `json:"at_deadline,omitempty" yaml:"at_deadline,omitempty"`
}

// Parse reads a policy that a person wrote, as YAML or JSON (a document that begins with a brace), in the form that Schema
// describes, and validates it. Fields name the path and, in the message, the line.
// Errors: CodeTooLarge, CodeMalformed (not of the published form), CodeInvalid (contradicts itself or names what does not
// exist).
func Parse(data []byte) (Policy, error) {
	read, err := readDocument(data)
	if err != nil {
		return Policy{}, err
	}
	if fields := schemaFields(read.value); len(fields) > 0 {
		return Policy{}, fault.Fields(CodeMalformed, "the document is not a policy", read.withLines(fields)...)
	}
	raw, err := json.Marshal(read.value)
	if err != nil {
		return Policy{}, malformed(err)
	}
	p, fields := decode(raw)
	if len(fields) == 0 {
		fields = faults(&p)
	}
	if len(fields) > 0 {
		return Policy{}, invalid(read.withLines(fields))
	}
	return p, nil
}

// Decode reads a stored policy in its JSON form. It does not validate again, because a version that was once accepted
// stays readable under stricter rules. Error: CodeMalformed, CodeInvalid.
func Decode(data []byte) (Policy, error) {
	p, fields := decode(data)
	if len(fields) > 0 {
		return Policy{}, invalid(fields)
	}
	return p, nil
}

func decode(data []byte) (Policy, []fault.Field) {
	var doc document
	if err := json.Unmarshal(data, &doc); err != nil {
		return Policy{}, []fault.Field{{Path: "", Code: CodeMalformed, Message: "is not a policy in JSON"}}
	}
	var c converter
	p := c.policy(&doc)
	return p, c.fields
}

// Format writes the policy as canonical JSON: the same policy gives the same bytes, so they may be hashed. Decode and Parse
// read them.
func Format(p Policy) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(documentOf(&p)); err != nil {
		return nil // a document holds texts and integers only, which always encode
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// FormatYAML writes the policy as YAML for people. Parse reads it.
func FormatYAML(p Policy) []byte {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(documentOf(&p)); err != nil {
		return nil // as in Format
	}
	return b.Bytes()
}

func invalid(fields []fault.Field) error {
	return fault.Fields(CodeInvalid, "the policy contradicts itself or names what does not exist", fields...)
}

func malformed(cause error) error {
	return fault.Wrap(cause, fault.Invalid, CodeMalformed, "the document is not readable as YAML or JSON")
}

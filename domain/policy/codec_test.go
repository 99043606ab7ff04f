package policy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/receivable"
)

// where lists what an error complains of as "path code".
func where(t testing.TB, err error) []string {
	t.Helper()
	var e *fault.Error
	require.ErrorAs(t, err, &e)
	var list []string
	for _, f := range e.Fields {
		list = append(list, strings.TrimSpace(f.Path+" "+f.Code))
	}
	return list
}

func TestParseReadsEverything(t *testing.T) {
	t.Parallel()
	p := parsed(t, `
key: everything
kind: repayment
description: All that a policy can say.
minimum_open: {EUR: "0.10", JPY: "10", KWD: "1.005"}
min_days_between_notices: 0
window: {from: "09:30", to: "24:00", days: [sat, mon]}
closed_days: [2026-12-31, 2026-12-24]
credits: show
broken_promise: next_stage
review_days: 7
stages:
  - {key: first, name: First, moment: "end of  month of due + 30 days", action: notice, template: reminder-1, channels: [letter, email]}
  - key: call
    moment: 10 business days after previous notice
    conditions: {minimum_open: {EUR: "50.00"}, overdue_count: 2, oldest_days: 45, overdue_total: {EUR: "500.00"}}
    when_unmet: pass
    action: task
    task: Call the customer.
    due_days: 2
    approval: {role: collector, deadline_days: 4, at_deadline: skip}
`)
	want := Policy{
		Key: "everything", Kind: Repayment, Description: "All that a policy can say.",
		MinimumOpen: map[money.Currency]int64{"EUR": 10, "JPY": 10, "KWD": 1005},
		Window:      calendar.Window{From: 570, To: 1440, Days: p.Window.Days},
		ClosedDays:  []calendar.Date{day("2026-12-24"), day("2026-12-31")},
		Credits:     CreditsShow, BrokenPromise: BrokenNextStage, ReviewDays: 7,
		Stages: []Stage{
			{
				Key: "first", Name: "First", Moment: Moment{Basis: FromEndOfMonth, Days: 30}, WhenUnmet: UnmetWait, Action: Notice,
				Template: "reminder-1", Channels: []receivable.Channel{receivable.Letter, receivable.Email},
			},
			{
				Key: "call", Name: "call", Moment: Moment{Basis: FromPreviousNotice, Days: 10, BusinessDays: true},
				Conditions: Conditions{MinimumOpen: amounts(5000), OverdueCount: 2, OldestDays: 45, OverdueTotal: amounts(50000)},
				WhenUnmet:  UnmetPass, Action: Task, TaskText: "Call the customer.", DueDays: 2,
				Approval: &Approval{Role: "collector", DeadlineDays: 4, AtDeadline: DeadlineSkip},
			},
		},
	}
	require.Empty(t, cmp.Diff(want, *p))
	require.Equal(t, "09:30-24:00 Mon,Sat", p.Window.String())
}

func TestWhatIsLeftOutHasAStatedDefault(t *testing.T) {
	t.Parallel()
	p := parsed(t, "key: short\nstages:\n  - {key: a, moment: due, action: notice, template: x, approval: {role: admin}}")
	require.Equal(t, Collection, p.Kind)
	require.Equal(t, 3, p.MinDaysBetweenNotices)
	require.Equal(t, "08:00-17:00", p.Window.String())
	require.Equal(t, CreditsReserve, p.Credits)
	require.Equal(t, BrokenResume, p.BrokenPromise)
	require.Equal(t, 14, p.ReviewDays)
	require.Equal(t, Moment{Basis: FromDue}, p.Stages[0].Moment)
	require.Equal(t, &Approval{Role: "admin", DeadlineDays: 3, AtDeadline: DeadlineRemind}, p.Stages[0].Approval)
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := *genPolicy(t)
		text := Format(p)
		for _, read := range []func() (Policy, error){
			func() (Policy, error) { return Parse(text) },
			func() (Policy, error) { return Parse(FormatYAML(p)) },
			func() (Policy, error) { return Decode(text) },
		} {
			again, err := read()
			require.NoError(t, err, "%s", FormatYAML(p))
			require.Empty(t, cmp.Diff(p, again))
			require.Equal(t, string(text), string(Format(again)), "the same policy has the same bytes")
		}
	})
}

func TestADatabaseMayReorderTheStoredForm(t *testing.T) {
	t.Parallel()
	var loose any
	require.NoError(t, json.Unmarshal(Format(Default()), &loose))
	other, err := json.MarshalIndent(loose, " ", "\t")
	require.NoError(t, err)
	p, err := Decode(other)
	require.NoError(t, err)
	require.Equal(t, Default(), p)
	_, err = Decode([]byte(`{"key": 7}`))
	require.Equal(t, CodeInvalid, fault.CodeOf(err))
	_, err = Decode([]byte(`{"key":"k","stages":[{"key":"a","moment":"soon"}],"window":{"from":"x","to":"y","days":["someday"]},"closed_days":["x"],"minimum_open":{"XXX":"1"}}`))
	require.Equal(t, []string{
		"minimum_open.XXX money.unknown_currency", "window.from calendar.invalid_time", "window.to calendar.invalid_time",
		"window.days[0] weekday", "closed_days[0] calendar.invalid_date", "stages[0].moment moment",
	}, where(t, err))
}

func TestMoments(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Moment{
		"due":                                   {Basis: FromDue},
		"due + 1 day":                           {Basis: FromDue, Days: 1},
		"due - 3 business days":                 {Basis: FromDue, Days: -3, BusinessDays: true},
		"due + 0 business days":                 {Basis: FromDue, BusinessDays: true},
		"end of month of due":                   {Basis: FromEndOfMonth},
		"end of month of due + 30 days":         {Basis: FromEndOfMonth, Days: 30},
		"1 day after previous notice":           {Basis: FromPreviousNotice, Days: 1},
		"9 business days after previous notice": {Basis: FromPreviousNotice, Days: 9, BusinessDays: true},
	} {
		m, ok := ParseMoment(text)
		require.True(t, ok, text)
		require.Equal(t, want, m)
		require.Equal(t, text, m.String())
	}
	for _, text := range []string{
		"", "Due", "due+10", "due + days", "due + 10", "due * 10 days", "due + 10000 days", "10 days", "10 days after notice",
		"due + -1 days", "due + 1e1 days", "end of month", "due - 3 business", strings.Repeat("due ", 50),
	} {
		_, ok := ParseMoment(text)
		require.False(t, ok, text)
	}
}

func TestMalformedDocumentsAreRefusedWithPathAndLine(t *testing.T) {
	t.Parallel()
	const stage = "\nstages:\n  - {key: a, moment: due, action: notice, template: x}\n"
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"empty":               {"", nil},
		"a comment":           {"# nothing", nil},
		"a list":              {"- key: x", []string{"type"}},
		"a text":              {"policy", []string{"type"}},
		"two documents":       {"key: x" + stage + "---\nkey: y" + stage, []string{"document"}},
		"two objects":         {`{"key":"x","stages":[]} {"key":"y"}`, []string{"document"}},
		"broken YAML":         {"key: [x", nil},
		"broken JSON":         {`{"key": `, nil},
		"broken JSON list":    {`{"stages": [1 2]}`, nil},
		"unknown field":       {"key: x\ncolour: red" + stage, []string{"colour unknown_field"}},
		"unknown stage field": {"key: x\nstages:\n  - {key: a, moment: due, action: notice, wait: 1}", []string{"stages[0].wait unknown_field"}},
		"missing":             {"description: x" + stage, []string{"key required"}},
		"wrong type":          {"key: x\nreview_days: often" + stage, []string{"review_days type"}},
		"out of range":        {"key: x\nreview_days: 0" + stage, []string{"review_days minimum"}},
		"a number as amount":  {"key: x\nminimum_open: {EUR: 10.00}" + stage, []string{"minimum_open.EUR type"}},
		"octal":               {"key: x\nreview_days: 0x10" + stage, []string{"review_days type"}},
		"no moment":           {"key: x\nstages:\n  - {key: a, moment: soon, action: notice}", []string{"stages[0].moment pattern"}},
		"no action":           {"key: x\nstages:\n  - {key: a, moment: due, action: dance}", []string{"stages[0].action enum"}},
		"a bad time":          {"key: x\nwindow: {from: 8am, to: \"17:00\"}" + stage, []string{"window.from pattern"}},
		"a bad key":           {"key: X Y" + stage, []string{"key pattern"}},
		"a bad day":           {"key: x\nclosed_days: [soon]" + stage, []string{"closed_days[0] pattern"}},
		"a key twice":         {"key: x\nkey: y" + stage, []string{"key twice"}},
		"a key twice in JSON": {`{"key":"x","key":"y","stages":[]}`, []string{"key twice"}},
		"an alias":            {"key: &k x\ndescription: *k" + stage, []string{"key alias"}},
		"a merge":             {"key: x\n<<: {kind: collection}" + stage, []string{"key"}},
		"a strange key":       {"? [a]\n: b", []string{"key"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse([]byte(c.text))
			require.Equal(t, CodeMalformed, fault.CodeOf(err))
			if c.want != nil {
				require.Equal(t, c.want, where(t, err))
			}
		})
	}
}

func TestFieldsNameTheirLine(t *testing.T) {
	t.Parallel()
	line := func(text string) string {
		_, err := Parse([]byte(text))
		var e *fault.Error
		require.ErrorAs(t, err, &e)
		head, _, _ := strings.Cut(e.Fields[0].Message, ":")
		return head
	}
	require.Equal(t, "line 4", line("key: x\nstages:\n  - key: a\n    moment: soon\n    action: notice\n    template: t\n"))
	require.Equal(t, "line 5", line("{\n\"key\": \"x\",\n\"stages\": [\n{\"key\": \"a\",\n\"moment\": \"soon\", \"action\": \"notice\"}]}"))
	// What a rule finds is shown at the nearest thing that is written.
	require.Equal(t, "line 3", line("key: x\nstages:\n  - key: a\n    moment: due\n    action: notice\n"))
}

func TestBoundsOfADocument(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"bytes":         "key: " + strings.Repeat("x", maxBytes),
		"depth":         "key: " + strings.Repeat("[", 40) + strings.Repeat("]", 40),
		"depth in JSON": `{"key": ` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "}",
		"parts":         "key: [" + strings.Repeat("1,", maxNodes) + "1]",
		"parts in JSON": `{"key": [` + strings.Repeat("1,", maxNodes) + "1]}",
	} {
		_, err := Parse([]byte(text))
		require.Equal(t, CodeTooLarge, fault.CodeOf(err), name)
	}
	// A bomb of aliases is refused at its first anchor.
	_, err := Parse([]byte("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]"))
	require.Equal(t, CodeMalformed, fault.CodeOf(err))
}

func TestShippedPoliciesAndTheSchema(t *testing.T) {
	t.Parallel()
	p, err := Parse(DefaultYAML())
	require.NoError(t, err)
	require.Equal(t, p, Default())
	require.True(t, json.Valid(Schema()))
	_, err = schema()
	require.NoError(t, err)

	// Each call gives a policy of its own.
	mine := Default()
	mine.Stages[3].Approval.Role = "admin"
	mine.Stages[0].Key = "changed"
	require.Equal(t, p, Default())

	files, err := filepath.Glob("testdata/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		_, err = Parse(data)
		require.NoError(t, err, file)
	}
}

// FuzzParse looks for documents that make the reader panic, and for accepted ones that do not survive being written.
func FuzzParse(f *testing.F) {
	f.Add(defaultText)
	f.Add(Format(Default()))
	f.Add([]byte("key: x\nstages:\n  - {key: a, moment: due + 1 day, action: notice, template: t, conditions: {minimum_open: {KWD: \"1.005\"}}}"))
	f.Add([]byte("a: &a [*a]\n<<: *a"))
	f.Add([]byte(`{"key":"x","stages":[{"key":"a"`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse(data)
		if err != nil {
			require.Contains(t, []string{CodeMalformed, CodeInvalid, CodeTooLarge}, fault.CodeOf(err))
			return
		}
		for _, text := range [][]byte{Format(p), FormatYAML(p)} {
			again, err := Parse(text)
			require.NoError(t, err, "%s", text)
			require.Empty(t, cmp.Diff(p, again))
		}
		require.NotPanics(t, func() { Preview(&p, invoice("2026-03-02"), at9("2026-01-01")) })
	})
}

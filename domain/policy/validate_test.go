package policy

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/receivable"
)

func TestTheDefaultPolicyIsValid(t *testing.T) {
	t.Parallel()
	require.NoError(t, Validate(Default()))
	require.Equal(t, CodeInvalid, fault.CodeOf(Validate(Policy{})))
}

// TestContradictionsAreRefused changes the default policy, whose stages are courtesy, two reminders, final demand, credit
// hold and hand-over, and names what must be found.
func TestContradictionsAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Policy)
		want   []string
	}{
		"key":              {func(p *Policy) { p.Key = "No Key" }, []string{"key key"}},
		"kind":             {func(p *Policy) { p.Kind = "mood" }, []string{"kind unknown"}},
		"long description": {func(p *Policy) { p.Description = strings.Repeat("ä", 1001) }, []string{"description too_long"}},
		"control":          {func(p *Policy) { p.Description = "a\x00b" }, []string{"description characters"}},
		"negative days":    {func(p *Policy) { p.MinDaysBetweenNotices = -1 }, []string{"min_days_between_notices range"}},
		"empty window":     {func(p *Policy) { p.Window.To = p.Window.From }, []string{"window calendar.invalid_window"}},
		"window day twice": {func(p *Policy) { p.Window.Days = []time.Weekday{1, 1} }, []string{"window calendar.invalid_window"}},
		"weekends only":    {func(p *Policy) { p.Window.Days = []time.Weekday{time.Saturday, time.Sunday} }, []string{"window.days weekend"}},
		"credits":          {func(p *Policy) { p.Credits = "" }, []string{"credits unknown"}},
		"broken promise":   {func(p *Policy) { p.BrokenPromise = "shrug" }, []string{"broken_promise unknown"}},
		"no review":        {func(p *Policy) { p.ReviewDays = 0 }, []string{"review_days range"}},
		"currency": {func(p *Policy) { p.MinimumOpen = map[money.Currency]int64{"EUX": 1, "EUR": -1} }, []string{
			"minimum_open.EUR range", "minimum_open.EUX money.unknown_currency",
		}},
		"closed days": {func(p *Policy) {
			p.ClosedDays = []calendar.Date{0, day("2026-01-02"), day("2026-01-01"), day("2026-01-01")}
		}, []string{
			"closed_days[0] date", "closed_days[2] order", "closed_days[3] order",
		}},
		"too many closed days": {func(p *Policy) {
			for n := range maxClosedDays + 1 {
				p.ClosedDays = append(p.ClosedDays, day("2026-01-01").AddDays(n))
			}
		}, []string{"closed_days too_many"}},
		"too many stages": {func(p *Policy) { p.Stages = make([]Stage, maxStages+1) }, []string{"stages too_many"}},

		"stage key":       {func(p *Policy) { p.Stages[1].Key = "" }, []string{"stages[1].key key"}},
		"stage key twice": {func(p *Policy) { p.Stages[2].Key = "courtesy" }, []string{"stages[2].key twice"}},
		"no name":         {func(p *Policy) { p.Stages[2].Name = "" }, []string{"stages[2].name required"}},
		"when unmet":      {func(p *Policy) { p.Stages[2].WhenUnmet = "" }, []string{"stages[2].when_unmet unknown"}},
		"action":          {func(p *Policy) { p.Stages[4].Action = "sue" }, []string{"stages[4].action unknown"}},
		"basis":           {func(p *Policy) { p.Stages[2].Moment.Basis = "feeling" }, []string{"stages[2].moment.basis unknown"}},
		"far moment":      {func(p *Policy) { p.Stages[5].Moment.Days = 1001 }, []string{"stages[5].moment.days range"}},
		"conditions": {func(p *Policy) {
			p.Stages[4].Conditions = Conditions{OverdueCount: -1, OldestDays: 1001, MinimumOpen: amounts(0), OverdueTotal: amounts(-1)}
		}, []string{
			"stages[4].conditions.minimum_open.EUR range", "stages[4].conditions.overdue_total.EUR range",
			"stages[4].conditions.overdue_count range", "stages[4].conditions.oldest_days range",
		}},

		"notice without template":   {func(p *Policy) { p.Stages[1].Template = "" }, []string{"stages[1].template required"}},
		"template name":             {func(p *Policy) { p.Stages[1].Template = "../etc" }, []string{"stages[1].template key"}},
		"notice with a task's text": {func(p *Policy) { p.Stages[1].TaskText, p.Stages[1].DueDays = "x", 1 }, []string{"stages[1].task not_for_action"}},
		"courtesy with due days":    {func(p *Policy) { p.Stages[0].DueDays = 5 }, []string{"stages[0].due_days courtesy"}},
		"too many days to pay":      {func(p *Policy) { p.Stages[1].DueDays = 400 }, []string{"stages[1].due_days range"}},
		"channels": {func(p *Policy) {
			p.Stages[1].Channels = []receivable.Channel{"pigeon", receivable.Email, receivable.Email}
		}, []string{"stages[1].channels[0] unknown", "stages[1].channels[2] twice"}},
		"task without text":      {func(p *Policy) { p.Stages[4].Action = Task }, []string{"stages[4].task required"}},
		"hold with a template":   {func(p *Policy) { p.Stages[4].Template = "x" }, []string{"stages[4].template not_for_action"}},
		"hold with channels":     {func(p *Policy) { p.Stages[4].Channels = []receivable.Channel{"email"} }, []string{"stages[4].channels not_for_action"}},
		"hold with task's text":  {func(p *Policy) { p.Stages[4].TaskText, p.Stages[4].DueDays = "x", 2 }, []string{"stages[4].task not_for_action", "stages[4].due_days not_for_action"}},
		"hold before due":        {func(p *Policy) { p.Stages[4].Moment.Days = -1 }, []string{"stages[4].moment.days before_due", "stages[4].moment.days decreasing"}},
		"approval without role":  {func(p *Policy) { p.Stages[3].Approval.Role = "" }, []string{"stages[3].approval.role required"}},
		"auditors do not decide": {func(p *Policy) { p.Stages[3].Approval.Role = "auditor" }, []string{"stages[3].approval.role unknown"}},
		"no deadline":            {func(p *Policy) { p.Stages[3].Approval.DeadlineDays = 0 }, []string{"stages[3].approval.deadline_days range"}},
		"at deadline":            {func(p *Policy) { p.Stages[3].Approval.AtDeadline = "panic" }, []string{"stages[3].approval.at_deadline unknown"}},
		"nobody above":           {func(p *Policy) { p.Stages[3].Approval.Role = "admin" }, []string{"stages[3].approval.at_deadline nobody_above"}},

		"S27 first stage after the previous notice": {func(p *Policy) {
			p.Stages[1].Moment = Moment{Basis: FromPreviousNotice, Days: 5}
		}, []string{"stages[1].moment.basis no_previous_notice"}},
		"previous notice at once": {func(p *Policy) {
			p.Stages[2].Moment = Moment{Basis: FromPreviousNotice}
		}, []string{"stages[2].moment.days range"}},
		"end of month before due": {func(p *Policy) {
			p.Stages[1].Moment = Moment{Basis: FromEndOfMonth, Days: -1}
		}, []string{"stages[1].moment.days range"}},
		"first notice passed over":   {func(p *Policy) { p.Stages[1].WhenUnmet = UnmetPass }, []string{"stages[1].when_unmet first_notice"}},
		"first notice skipped":       {func(p *Policy) { p.Stages[1].Approval = &Approval{"supervisor", 3, DeadlineSkip} }, []string{"stages[1].approval.at_deadline first_notice"}},
		"courtesy with approval":     {func(p *Policy) { p.Stages[0].Approval = &Approval{"supervisor", 3, DeadlineRemind} }, []string{"stages[0].approval courtesy"}},
		"courtesy after dunning":     {func(p *Policy) { p.Stages[2].Moment.Days = -1 }, []string{"stages[2].due_days courtesy", "stages[2].moment.days courtesy_late", "stages[2].moment.days decreasing"}},
		"decreasing":                 {func(p *Policy) { p.Stages[3].Moment.Days = 14 }, []string{"stages[3].moment.days decreasing"}},
		"decreasing across bases":    {func(p *Policy) { p.Stages[5].Moment = Moment{Basis: FromEndOfMonth, Days: 9} }, []string{"stages[5].moment.days decreasing"}},
		"before what a notice needs": {func(p *Policy) { p.Stages[2].Moment = Moment{Basis: FromPreviousNotice, Days: 90} }, []string{"stages[3].moment.days decreasing", "stages[4].moment.days decreasing", "stages[5].moment.days decreasing"}},
		"hand-over not last":         {func(p *Policy) { p.Stages[4].Action = HandOver }, []string{"stages[4].action hand_over_last"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := Default()
			c.change(&p)
			err := Validate(p)
			require.Equal(t, CodeInvalid, fault.CodeOf(err))
			require.Equal(t, c.want, where(t, err))
		})
	}
}

func TestWhatMayBeIsNotRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Policy){
		"two stages on one day":             func(p *Policy) { p.Stages[4].Moment.Days = 30 },
		"business days that may come later": func(p *Policy) { p.Stages[2].Moment = Moment{Basis: FromDue, Days: 5, BusinessDays: true} },
		"an end of month that may come later": func(p *Policy) {
			p.Stages[3].Moment = Moment{Basis: FromEndOfMonth, Days: 1}
			p.Stages[2].Moment.Days = 30
		},
		"a call before the due date": func(p *Policy) {
			p.Stages[1] = Stage{Key: "call", Name: "Call", Moment: Moment{Basis: FromDue, Days: -1}, WhenUnmet: UnmetPass, Action: Task, TaskText: "Call."}
		},
		"a courtesy in business days": func(p *Policy) { p.Stages[0].Moment.BusinessDays = true },
		"the second notice skipped":   func(p *Policy) { p.Stages[2].Approval = &Approval{"collector", 1, DeadlineSkip} },
		"no stage at all":             func(p *Policy) { p.Stages = nil },
	} {
		p := Default()
		change(&p)
		require.NoError(t, Validate(p), name)
	}
}

package replay_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/port"
	"arrears/replay"
)

func facts() policy.Facts {
	return policy.Facts{
		CaseID:   uuid.MustParse("01890000-0000-7000-8000-000000000001"),
		Customer: policy.CustomerFacts{Calendar: "none", Channels: []receivable.Channel{receivable.Email}},
		Items: []policy.ItemFacts{{
			ID: uuid.MustParse("01890000-0000-7000-8000-000000000002"), Kind: "instalment", TimeZone: "Europe/Berlin", Currency: "EUR",
			DueDate: calendar.MustDate("2026-03-02"), OriginalMinor: 100000, OpenMinor: 100000, Cycle: 1, LastStageDone: "courtesy",
		}},
	}
}

// recorded is a decision as it would stand in the record.
func recorded(t *testing.T, at time.Time) (*policy.Policy, port.DecisionRecord) {
	t.Helper()
	p := policy.Default()
	f := facts()
	return &p, port.DecisionRecord{Seq: 1, At: at, CalledFor: "arm", Facts: f, Decision: policy.Next(&p, f, at)}
}

var reminderDay = time.Date(2026, 3, 7, 9, 0, 0, 0, time.UTC)

func TestTheSameFactsAndRulesAreIdentical(t *testing.T) {
	t.Parallel()
	p, rec := recorded(t, reminderDay)
	require.Equal(t, policy.DoSendNotice, rec.Decision.Now, "the story begins with a reminder that is due")
	d := replay.Decide(p, rec)
	require.Equal(t, replay.Identical, d.Finding, d.Detail)
}

func TestAChangedMomentIsCaught(t *testing.T) {
	t.Parallel()
	p, rec := recorded(t, reminderDay)
	for i := range p.Stages {
		p.Stages[i].Moment.Days += 30
	}
	d := replay.Decide(p, rec)
	require.Equal(t, replay.RecordDiffer, d.Finding)
	require.Contains(t, d.Detail, "now was send_notice")
}

func TestAChangedAmountIsCaught(t *testing.T) {
	t.Parallel()
	p, rec := recorded(t, reminderDay)
	rec.Facts.Items[0].DisputedMinor = 40000
	d := replay.Decide(p, rec)
	require.Equal(t, replay.RecordDiffer, d.Finding)
	require.Contains(t, d.Detail, "ask_minor was 100000, is 60000")
}

func TestATamperedDecisionIsCaughtInEveryField(t *testing.T) {
	t.Parallel()
	for field, tamper := range map[string]func(d *policy.Decision){
		"verb":     func(d *policy.Decision) { d.Items[0].Verb = policy.Wait },
		"stage":    func(d *policy.Decision) { d.Items[0].Stage = "final-demand" },
		"level":    func(d *policy.Decision) { d.Items[0].Level = 3 },
		"channel":  func(d *policy.Decision) { d.Items[0].Channel = receivable.Letter },
		"template": func(d *policy.Decision) { d.Items[0].Template = "letter" },
		"reasons":  func(d *policy.Decision) { d.Items[0].Reasons = nil },
		"wake_at":  func(d *policy.Decision) { d.WakeAt = d.WakeAt.Add(time.Hour) },
		"items":    func(d *policy.Decision) { d.Items = nil },
	} {
		p, rec := recorded(t, reminderDay)
		tamper(&rec.Decision)
		d := replay.Decide(p, rec)
		require.Equal(t, replay.RecordDiffer, d.Finding, field)
		require.Contains(t, d.Detail, field)
	}
}

func TestAnotherRulesVersionIsARuleChangeNotABrokenRecord(t *testing.T) {
	t.Parallel()
	p, rec := recorded(t, reminderDay)
	rec.Decision.Rules = policy.RulesVersion - 1
	rec.Decision.Items[0].AskMinor--
	require.Equal(t, replay.RuleChanged, replay.Decide(p, rec).Finding)
}

func TestTheReportSaysEachReasonAndTheVerdict(t *testing.T) {
	t.Parallel()
	p, rec := recorded(t, reminderDay)
	r := replay.Report{CaseID: rec.Facts.CaseID, Rules: policy.RulesVersion, Decisions: []replay.Decided{replay.Decide(p, rec)}, Verdict: replay.Identical}
	var b strings.Builder
	require.NoError(t, r.Write(&b))
	require.Contains(t, b.String(), "send notice now")
	require.Contains(t, b.String(), "is reached since")
	require.Contains(t, b.String(), "Verdict: Identical")
}

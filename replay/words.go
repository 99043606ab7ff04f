package replay

import (
	"fmt"
	"io"
	"strings"
	"time"

	"arrears/domain/policy"
)

var verdicts = map[Finding]string{
	Identical:    "Identical: today's code and rules, run on the record, do and decide what was done and decided.",
	RuleChanged:  "Differs by a rule change: the record stands; today's rules would decide some of it differently.",
	ShapeChanged: "The workflow's code changed its shape: the history cannot be followed by today's code.",
	RecordDiffer: "DIFFERS FROM THE RECORD: the same rules on the recorded facts decide something else, or the workflow heard something else.",
}

// Write tells the report in words: each decision with its reasons, each run, the verdict.
func (r Report) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Case %s, rules version %d\n", r.CaseID, r.Rules)
	for _, d := range r.Decisions {
		writeDecision(&b, d)
	}
	for _, run := range r.Runs {
		fmt.Fprintf(&b, "\nRun %s, %d events: %s\n", run.RunID, run.Events, run.Finding)
		if run.Detail != "" {
			fmt.Fprintf(&b, "    %s\n", run.Detail)
		}
	}
	if len(r.Runs) == 0 {
		b.WriteString("\nThe engine holds no run of this case (it has not started, or its history has expired).\n")
	}
	fmt.Fprintf(&b, "\nVerdict: %s\n", verdicts[r.Verdict])
	_, err := io.WriteString(w, b.String())
	return err
}

func writeDecision(b *strings.Builder, d Decided) {
	rec := d.Record
	fmt.Fprintf(b, "\n%3d. %s  %s: %s\n", rec.Seq, rec.At.UTC().Format(time.RFC3339), calledFor(rec.CalledFor), outcome(rec.Decision))
	for _, it := range rec.Decision.Items {
		fmt.Fprintf(b, "     item %s: %s%s\n", it.ItemID, it.Verb, about(it))
		for _, reason := range it.Reasons {
			fmt.Fprintf(b, "       - %s\n", policy.Explain(reason))
		}
	}
	if d.Finding != Identical {
		fmt.Fprintf(b, "     %s: %s\n", strings.ToUpper(strings.ReplaceAll(string(d.Finding), "_", " ")), d.Detail)
	}
}

func calledFor(name string) string { return "on " + name }

func outcome(d policy.Decision) string {
	switch {
	case d.Now != policy.DoNothing:
		return fmt.Sprintf("%s now", strings.ReplaceAll(string(d.Now), "_", " "))
	default:
		return fmt.Sprintf("wait until %s, then %s", d.WakeAt.UTC().Format(time.RFC3339), strings.ReplaceAll(string(d.AtWake), "_", " "))
	}
}

func about(it policy.ItemDecision) string {
	if it.Stage == "" {
		return ""
	}
	return fmt.Sprintf(", stage %s, on %s", it.Stage, it.On)
}

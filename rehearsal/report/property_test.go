package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// any facts: few customers, stages and days, so that they meet; texts that try to break out of what they are written into.
func anyFacts(rt *rapid.T) Facts {
	f := Facts{
		Policy: anyText(rt), Profile: anyText(rt), File: anyText(rt), From: anyDay(rt), To: anyDay(rt),
		Stages:      rapid.SliceOfN(anyStage(), 0, 4).Draw(rt, "stages"),
		Rows:        RowCounts{Read: rapid.IntRange(0, 99).Draw(rt, "read")},
		Quarantine:  rapid.SliceOfN(rapid.Custom(anyQuarantine), 0, 9).Draw(rt, "quarantine"),
		Invoices:    rapid.SliceOfNDistinct(rapid.Custom(anyInvoice), 0, 9, func(i InvoiceFacts) string { return i.Number }).Draw(rt, "invoices"),
		Notices:     rapid.SliceOfN(rapid.Custom(anyNotice), 0, 12).Draw(rt, "notices"),
		Approvals:   rapid.SliceOfN(rapid.Custom(anyApproval), 0, 6).Draw(rt, "approvals"),
		Assumptions: rapid.SliceOfN(rapid.Custom(anyText), 0, 2).Draw(rt, "assumptions"),
	}
	for _, number := range rapid.SliceOfNDistinct(anyCustomer(), 0, 5, rapid.ID).Draw(rt, "customers") {
		f.Customers = append(f.Customers, CustomerFacts{Number: number, Name: anyText(rt), SharedName: rapid.Bool().Draw(rt, "shared")})
	}
	for range rapid.IntRange(0, 4).Draw(rt, "tasks") {
		f.Tasks = append(f.Tasks, TaskFacts{anyDay(rt), anyText(rt), anyCustomer().Draw(rt, "customer")})
	}
	return f
}

func anyText(rt *rapid.T) string {
	return rapid.SampledFrom([]string{"", "Brambleford", "brambleford ", "Bramblefort Tools", "<script>alert(1)</script>",
		`"><img src=x onerror=y>`, "</style></svg>", "{{.}}", "a\x1b[31mb\x07", "\u202egnp.exe", "\xff\xfe", "Åsa\nGmbH", "javascript:x",
		strings.Repeat("long ", 60)}).Draw(rt, "text")
}

func anyDay(rt *rapid.T) calendar.Date {
	d := calendar.Date(rapid.Int32Range(0, 120).Draw(rt, "day"))
	if d == 0 {
		return 0
	}
	return day("2025-12-01").AddDays(int(d))
}

func anyCustomer() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"1", "2", "3", "<4>", ""})
}

func anyStage() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"courtesy", "reminder", "demand", "", "<b>", "x1", "x2", "x3", "x4", "x5"})
}

func anyCurrency() *rapid.Generator[money.Currency] {
	return rapid.SampledFrom([]money.Currency{"EUR", "JPY", "KWD", ""})
}

func anyMinor(rt *rapid.T) int64 { return rapid.Int64Range(-5, money.MaxMinor).Draw(rt, "minor") }

func anyQuarantine(rt *rapid.T) QuarantineLine {
	return QuarantineLine{rapid.IntRange(1, 50).Draw(rt, "line"), rapid.SampledFrom([]string{"refused", "suspicious", ""}).Draw(rt, "severity"),
		anyText(rt), rapid.SampledFrom([]string{"intake.missing_value", "intake.very_old", "x<y"}).Draw(rt, "code"), anyText(rt)}
}

func anyInvoice(rt *rapid.T) InvoiceFacts {
	i := InvoiceFacts{Number: rapid.SampledFrom([]string{"R-1", "R-2", "R-3", "R-4", "R-5", "R<6>", "R-7", "R-8", "R-9"}).Draw(rt, "number"),
		Customer: anyCustomer().Draw(rt, "customer"), Currency: anyCurrency().Draw(rt, "currency"),
		AmountMinor: anyMinor(rt), InvoiceDate: anyDay(rt), DueDate: anyDay(rt), PaidOn: anyDay(rt)}
	for range rapid.IntRange(0, 3).Draw(rt, "steps") {
		i.Stages = append(i.Stages, StageFacts{anyStage().Draw(rt, "stage"), anyText(rt), anyDay(rt), anyText(rt)})
	}
	return i
}

func anyNotice(rt *rapid.T) NoticeFacts {
	n := NoticeFacts{On: anyDay(rt), Customer: anyCustomer().Draw(rt, "customer"), Channel: anyText(rt), Kind: anyText(rt),
		Currency: anyCurrency().Draw(rt, "currency"), AskedMinor: anyMinor(rt), Subject: anyText(rt)}
	for range rapid.IntRange(0, 3).Draw(rt, "lines") {
		n.Lines = append(n.Lines, LineFacts{rapid.SampledFrom([]string{"R-1", "R-2", "R<6>", "none"}).Draw(rt, "invoice"),
			anyStage().Draw(rt, "stage"), anyMinor(rt), anyMinor(rt), anyMinor(rt)})
	}
	return n
}

func anyApproval(rt *rapid.T) ApprovalFacts {
	return ApprovalFacts{anyDay(rt), anyDay(rt), anyCustomer().Draw(rt, "customer"), anyStage().Draw(rt, "stage"),
		rapid.SampledFrom([]string{"approved", "rejected", "lapsed", ""}).Draw(rt, "decision"), anyCurrency().Draw(rt, "currency"), anyMinor(rt)}
}

// shuffled is the same facts in another order.
func shuffled(rt *rapid.T, f Facts) Facts {
	f.Quarantine = rapid.Permutation(f.Quarantine).Draw(rt, "quarantine")
	f.Customers = rapid.Permutation(f.Customers).Draw(rt, "customers")
	f.Invoices = rapid.Permutation(f.Invoices).Draw(rt, "invoices")
	for i := range f.Invoices {
		f.Invoices[i].Stages = rapid.Permutation(f.Invoices[i].Stages).Draw(rt, "steps")
	}
	f.Notices = rapid.Permutation(f.Notices).Draw(rt, "notices")
	for i := range f.Notices {
		f.Notices[i].Lines = rapid.Permutation(f.Notices[i].Lines).Draw(rt, "lines")
	}
	f.Approvals = rapid.Permutation(f.Approvals).Draw(rt, "approvals")
	f.Tasks = rapid.Permutation(f.Tasks).Draw(rt, "tasks")
	return f
}

// forms are all bytes that a report becomes.
func forms(t require.TestingT, r Report) []string {
	asJSON, err := r.JSON()
	require.NoError(t, err)
	page, err := r.HTML()
	require.NoError(t, err)
	return []string{string(asJSON), string(page), texted(t, r, 80), texted(t, r, 120)}
}

func TestTheOrderOfTheFactsDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f := anyFacts(rt)
		require.Equal(rt, forms(rt, Make(f)), forms(rt, Make(shuffled(rt, f))))
	})
}

func TestMakeChangesNoFacts(t *testing.T) {
	t.Parallel()
	f := facts()
	slices.Reverse(f.Notices)
	slices.Reverse(f.Invoices)
	before := f.Notices[0]
	first := f.Invoices[0].Number
	r := Make(f)
	require.Equal(t, before, f.Notices[0])
	require.Equal(t, first, f.Invoices[0].Number)
	r.Assumptions[0] = "changed"
	require.NotEqual(t, "changed", f.Assumptions[0])
}

func TestCountsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f := anyFacts(rt)
		r := Make(f)
		n := r.Notices
		require.Equal(rt, len(f.Notices), n.Total)
		require.Equal(rt, n.Total, total(n.ByChannel))
		require.Equal(rt, n.Total, total(n.ByKind))
		dated, datedLines, byCustomer := 0, 0, 0
		for _, x := range f.Notices {
			if !x.On.IsZero() {
				dated++
				datedLines += len(x.Lines)
			}
		}
		stages, lines := 0, 0
		for _, s := range n.ByStage {
			stages += s.Notices
			lines += s.Lines
		}
		require.Equal(rt, n.Total, stages)
		require.Equal(rt, n.Lines, lines)
		weeks, weekLines := 0, 0
		for _, w := range n.ByWeek {
			require.Equal(rt, w.Notices, total(w.ByStage))
			weeks += w.Notices
			weekLines += w.Lines
		}
		require.Equal(rt, dated, weeks)
		require.Equal(rt, datedLines, weekLines)
		for _, c := range r.Customers {
			byCustomer += len(c.Notices)
		}
		require.Equal(rt, n.Total, byCustomer)
	})
}

func TestEveryInvoiceEndsOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f := anyFacts(rt)
		c := Make(f).Chases
		require.Equal(rt, len(f.Invoices), c.Invoices)
		require.Equal(rt, c.Invoices, c.SettledBefore+c.PaidUnasked+c.Stopped+c.UnpaidAsked+c.UnpaidUnasked)
		require.Equal(rt, c.Invoices, total(c.ends()))
		require.Equal(rt, c.Stopped, total(c.Buckets))
		require.Equal(rt, c.Stopped, total(c.NoticesPerStop))
		last := 0
		for _, l := range c.ByLastStage {
			last += l.Stopped
			require.LessOrEqual(rt, l.MedianDays, l.P90Days)
			require.GreaterOrEqual(rt, l.MedianDays, 0)
		}
		require.Equal(rt, c.Stopped, last)
		require.Equal(rt, c.Stopped > 0, c.MedianDays != nil)
	})
}

func TestApprovalsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f := anyFacts(rt)
		a := Make(f).Approvals
		require.Equal(rt, len(f.Approvals), a.Asked)
		require.Equal(rt, a.Asked, total(a.ByDecision))
		asked := 0
		for _, s := range a.ByStage {
			asked += s.Asked
			require.Equal(rt, s.Asked, total(s.ByDecision))
		}
		require.Equal(rt, a.Asked, asked)
		weeks := 0
		for _, w := range a.ByWeek {
			weeks += w.Asked
		}
		require.LessOrEqual(rt, weeks, asked)
	})
}

// What the KPIs list is what they count, and the verdict follows.
func TestKPIsListWhatTheyCount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := Make(anyFacts(rt))
		all := 0
		for _, k := range r.KPIs {
			require.Len(rt, k.Lines, k.Count)
			require.LessOrEqual(rt, k.Count, r.Notices.Lines)
			all += k.Count
		}
		require.Equal(rt, all == 0, r.Passed)
	})
}

// A currency's sums are those of its own notices alone.
func TestCurrenciesAreNeverAdded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f := anyFacts(rt)
		r := Make(f)
		for _, sum := range r.Notices.Asked {
			want := int64(0)
			for _, n := range f.Notices {
				if n.Currency == sum.Currency {
					want += n.AskedMinor
				}
			}
			require.Equal(rt, want, sum.Minor)
		}
	})
}

func TestTextStaysWithinItsWidth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f := anyFacts(rt)
		for i := range f.Notices { // amounts that a table has room for
			for k := range f.Notices[i].Lines {
				l := &f.Notices[i].Lines[k]
				l.AskMinor, l.OpenMinor, l.WaitingMinor = l.AskMinor%1e7, l.OpenMinor%1e7, l.WaitingMinor%1e7
			}
		}
		for _, width := range []int{100, 120} {
			for _, text := range strings.Split(texted(rt, Make(f), width), "\n") {
				require.LessOrEqual(rt, size(text), width, text)
				require.Equal(rt, strings.TrimRight(text, " "), text)
			}
		}
	})
}

func TestTextHoldsNothingThatSteersATerminal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		for _, r := range texted(rt, Make(anyFacts(rt)), 120) {
			require.False(rt, r != '\n' && r < ' ' || r == 0x7f || r == '\u202e', "%q", r)
		}
	})
}

func TestComparisonsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		a, b := Make(anyFacts(rt)), Make(anyFacts(rt))
		c := Compare(a, b)
		for _, list := range [][]Pair{c.KPIs, c.Figures, c.ByStage, c.ByChannel, c.Decisions, c.Buckets} {
			for _, p := range list {
				require.Equal(rt, p.B-p.A, p.Diff)
			}
		}
		sumA, sumB, diff := 0, 0, 0
		for _, w := range c.Weeks {
			sumA += w.A
			sumB += w.B
		}
		for _, p := range c.Changed {
			diff += p.Diff
			require.NotZero(rt, p.Diff)
		}
		require.Equal(rt, weekly(a), sumA)
		require.Equal(rt, weekly(b), sumB)
		require.Equal(rt, b.Notices.Total-a.Notices.Total, diff)
		_, err := c.HTML()
		require.NoError(rt, err)
	})
}

func weekly(r Report) int {
	sum := 0
	for _, w := range r.Notices.ByWeek {
		sum += w.Notices
	}
	return sum
}

// Compared with itself nothing differs, and the other way round every difference has the other sign.
func TestComparisonsAreFair(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		a, b := Make(anyFacts(rt)), Make(anyFacts(rt))
		same := Compare(a, a)
		require.Empty(rt, same.Changed)
		require.Empty(rt, same.Cautions)
		require.Equal(rt, len(a.Customers), same.Same)
		there, back := Compare(a, b), Compare(b, a)
		require.Equal(rt, there.Same, back.Same)
		require.Len(rt, back.Changed, len(there.Changed))
		for i, p := range there.Figures {
			require.Equal(rt, -p.Diff, back.Figures[i].Diff)
		}
	})
}

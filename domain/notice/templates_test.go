package notice_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/notice"
)

func TestEveryShippedTemplateExistsInBothLanguages(t *testing.T) {
	t.Parallel()
	templates := load(t)
	require.Equal(t, []string{"de", "en"}, templates.Languages())
	require.Equal(t, []string{
		"claim-acknowledgement", "claim-credit", "claim-delay", "claim-denial", "claim-settlement", "courtesy", "final-demand", "reminder",
		"reminder-1", "reminder-2", "repayment", "repayment-final",
	}, templates.Names())
	for _, name := range templates.Names() {
		require.True(t, templates.Has(name))
		for _, language := range templates.Languages() {
			c := sample(name)
			c.Language = language
			r, err := templates.Render(c)
			require.NoError(t, err)
			require.Equal(t, language, r.Language, name)
		}
	}
	require.False(t, templates.Has("reminder-9"))
}

func TestLanguageFallsBackAsAWhole(t *testing.T) {
	t.Parallel()
	templates := load(t)
	for _, tt := range []struct{ asked, got, total string }{
		{"de", "de", "3.350,75 EUR"},
		{"DE", "de", "3.350,75 EUR"},
		{"de-CH", "de", "3’350.75 EUR"},
		{"de_AT", "de", "3 350,75 EUR"},
		{"en-GB", "en", "EUR 3,350.75"},
		{"fr", "en", "EUR 3,350.75"},
		{"", "en", "EUR 3,350.75"},
		{"../de", "en", "EUR 3,350.75"},
	} {
		c := sample("reminder")
		c.Language = tt.asked
		r, err := templates.Render(c)
		require.NoError(t, err, tt.asked)
		require.Equal(t, tt.got, r.Language, tt.asked)
		require.Contains(t, r.Subject, tt.total, tt.asked)
	}
}

func TestToneIsThatOfTheHighestLevel(t *testing.T) {
	t.Parallel()
	line := func(level, days int, template string) notice.Line {
		return notice.Line{Level: level, DaysPastDue: days, Template: template}
	}
	require.Empty(t, notice.TemplateOf(nil))
	require.Equal(t, "final-demand", notice.TemplateOf([]notice.Line{line(1, 90, "reminder-1"), line(3, 40, "final-demand"), line(2, 60, "reminder-2")}))
	require.Equal(t, "b", notice.TemplateOf([]notice.Line{line(1, 5, "a"), line(1, 9, "b"), line(1, 7, "c")}))
	require.Equal(t, "a", notice.TemplateOf([]notice.Line{line(1, 5, "a"), line(1, 5, "b")}))

	c := sample("")
	c.Lines[0].Template, c.Lines[1].Template = "reminder-2", "reminder-1"
	r, err := load(t).Render(c)
	require.NoError(t, err)
	require.Equal(t, "reminder-2", r.Template)
}

func TestContentIsChecked(t *testing.T) {
	t.Parallel()
	templates := load(t)
	for name, spoil := range map[string]func(c *notice.Content){
		"currency":   func(c *notice.Content) { c.Currency = "XXQ" },
		"lines":      func(c *notice.Content) { c.Lines = nil },
		"lines[0]":   func(c *notice.Content) { c.Lines[0].AskMinor = c.Lines[0].OpenMinor + 1 },
		"lines[1]":   func(c *notice.Content) { c.Lines[1].OpenMinor = -1 },
		"credits[0]": func(c *notice.Content) { c.Credits[0].Minor = -1 },
		"totals":     func(c *notice.Content) { c.ReservedMinor = 1_000_000 },
		"credits":    func(c *notice.Content) { c.Credits = make([]notice.Credit, 501) },
	} {
		c := sample("reminder")
		spoil(&c)
		_, err := templates.Render(c)
		require.Equal(t, notice.CodeInvalidContent, fault.CodeOf(err), name)
		var paths []string
		var refused *fault.Error
		require.ErrorAs(t, err, &refused)
		for _, f := range refused.Fields {
			paths = append(paths, f.Path)
		}
		require.Contains(t, paths, name)
	}
	c := sample("no-such")
	_, err := templates.Render(c)
	require.Equal(t, notice.CodeUnknownTemplate, fault.CodeOf(err))
}

func TestSumsThatOverflowAreRefused(t *testing.T) {
	t.Parallel()
	c := sample("reminder")
	c.ReservedMinor = 0
	big := notice.Line{OpenMinor: money.MaxMinor, OriginalMinor: money.MaxMinor, AskMinor: money.MaxMinor}
	c.Lines = nil
	for range notice.MaxLines {
		c.Lines = append(c.Lines, big)
	}
	_, err := load(t).Render(c)
	require.Equal(t, notice.CodeInvalidContent, fault.CodeOf(err))
	c.Lines = append(c.Lines, big)
	_, err = load(t).Render(c)
	require.Equal(t, notice.CodeInvalidContent, fault.CodeOf(err))
}

func TestTotalsReadAsASum(t *testing.T) {
	t.Parallel()
	templates := load(t)
	rapid.Check(t, func(rt *rapid.T) {
		c := sample("reminder")
		c.Currency = rapid.SampledFrom([]money.Currency{"EUR", "JPY", "KWD"}).Draw(rt, "currency")
		c.Lines = nil
		var open, ask int64
		for range rapid.IntRange(1, 8).Draw(rt, "lines") {
			o := rapid.Int64Range(0, 1_000_000).Draw(rt, "open")
			a := rapid.Int64Range(0, o).Draw(rt, "ask")
			open, ask = open+o, ask+a
			c.Lines = append(c.Lines, notice.Line{OriginalMinor: o, OpenMinor: o, AskMinor: a, InvoiceNumber: "n"})
		}
		c.ReservedMinor = rapid.Int64Range(0, open-ask).Draw(rt, "reserved")
		r, err := templates.Render(c)
		require.NoError(rt, err)
		sum := amount(rt, r.Page.TotalOpen, c.Currency) + amount(rt, r.Page.Reserved, c.Currency) + amount(rt, r.Page.NotAsked, c.Currency)
		require.Equal(rt, ask, sum)
		require.Equal(rt, ask, amount(rt, r.Page.Total, c.Currency))
	})
}

// amount reads back what the page shows.
func amount(t require.TestingT, shown string, c money.Currency) int64 {
	if shown == "" {
		return 0
	}
	a, err := money.Parse(strings.ReplaceAll(shown, ",", ""), c)
	require.NoError(t, err)
	return a.Minor()
}

func TestCreditsSayWhetherTheyCount(t *testing.T) {
	t.Parallel()
	templates := load(t)
	render := func(reserved int64) string {
		c := sample("reminder")
		c.ReservedMinor = reserved
		r, err := templates.Render(c)
		require.NoError(t, err)
		return r.Page.CreditsNote
	}
	none, part, all := render(0), render(15_000), render(16_250)
	require.NotEmpty(t, none)
	require.Contains(t, part, "150.00")
	require.NotEqual(t, none, all)
	require.NotContains(t, all, "162.50")
}

func TestRenderingIsRepeatable(t *testing.T) {
	t.Parallel()
	first, err := load(t).Render(sample("final-demand"))
	require.NoError(t, err)
	second, err := load(t).Render(sample("final-demand"))
	require.NoError(t, err)
	require.Equal(t, first, second)
}

func TestAttachmentsThatFit(t *testing.T) {
	t.Parallel()
	file := func(name string, size int) notice.Attachment {
		return notice.Attachment{Filename: name, Content: make([]byte, size)}
	}
	names := func(list []notice.Attachment) (out []string) {
		for _, a := range list {
			out = append(out, a.Filename)
		}
		return out
	}
	got := notice.Fit([]notice.Attachment{file("a", 10<<20), file("b", 10<<20), file("c", 6<<20), file("d", 1)})
	require.Equal(t, []string{"a", "c"}, names(got))
	require.Len(t, notice.Fit(make([]notice.Attachment, 80)), notice.MaxAttachments)
	require.Empty(t, notice.Fit(nil))
}

func TestSMSIsPlainAndShort(t *testing.T) {
	t.Parallel()
	templates := load(t)
	c := sample("reminder")
	c.Creditor.Name = strings.Repeat("Very long name ", 100)
	r, err := templates.Render(c)
	require.NoError(t, err)
	require.LessOrEqual(t, len([]rune(r.SMS)), 640)
	require.NotContains(t, r.SMS, "\u00a0")
	require.NotContains(t, r.SMS, "\n")
}

func BenchmarkRender(b *testing.B) {
	templates := load(b)
	c := sample("reminder-2")
	for b.Loop() {
		if _, err := templates.Render(c); err != nil {
			b.Fatal(err)
		}
	}
}

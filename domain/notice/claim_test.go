package notice_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/notice"
)

// claimed is a claim of which nothing has been decided.
func claimed(name string) notice.Content {
	c := sample(name)
	claim := *c.Claim
	claim.CreditedMinor, claim.ConcededMinor, claim.DeniedMinor, claim.ToPayMinor, claim.Reason = 0, 0, 0, 0, ""
	c.Claim, c.PayBy, c.Attachments = &claim, 0, nil
	return c
}

// An acknowledgement asks for nothing: no bank details, no day of payment, no word of what is credited or denied.
func TestAnAcknowledgementAsksForNothing(t *testing.T) {
	t.Parallel()
	templates := load(t)
	for _, language := range templates.Languages() {
		c := claimed(notice.ClaimAcknowledgement)
		c.Language = language
		r, err := templates.Render(c)
		require.NoError(t, err)
		for _, text := range []string{r.Text, r.HTML} {
			require.NotContains(t, text, "IBAN", language)
			require.NotContains(t, text, r.Page.Words["claim_denied"], language)
			require.NotContains(t, text, r.Page.Words["claim_to_pay"], language)
			require.Contains(t, text, "D-17")
			require.Contains(t, text, "CB-40071")
		}
		require.Contains(t, r.Subject, "D-17")
		golden(t, language+"/claim-open.txt", "Subject: "+r.Subject+"\n\n"+r.Text+"\nSMS: "+r.SMS+"\n")
	}
}

// What is late is told as it is: the decision, or the credit memo of what was accepted.
func TestADelayOfTheDecisionIsNotOneOfTheCreditMemo(t *testing.T) {
	t.Parallel()
	templates := load(t)
	for _, language := range templates.Languages() {
		c := claimed(notice.ClaimDelay)
		c.Language = language
		r, err := templates.Render(c)
		require.NoError(t, err)
		golden(t, language+"/claim-delay-decision.txt", "Subject: "+r.Subject+"\n\n"+r.Text+"\nSMS: "+r.SMS+"\n")
		c.Claim.CreditedMinor = c.Claim.ClaimedMinor
		r, err = templates.Render(c)
		require.NoError(t, err)
		require.Contains(t, r.Text, r.Page.Words["claim_credited"])
		golden(t, language+"/claim-delay-memo.txt", "Subject: "+r.Subject+"\n\n"+r.Text+"\nSMS: "+r.SMS+"\n")
	}
}

// A denial of what was paid under protest asks for nothing more.
func TestADenialOfWhatWasPaidAsksForNothing(t *testing.T) {
	t.Parallel()
	templates := load(t)
	for _, language := range templates.Languages() {
		c := claimed(notice.ClaimDenial)
		c.Language, c.Claim.DeniedMinor, c.Claim.Withheld = language, c.Claim.ClaimedMinor, false
		r, err := templates.Render(c)
		require.NoError(t, err)
		require.NotContains(t, r.Text, "IBAN")
		golden(t, language+"/claim-denial-paid.txt", "Subject: "+r.Subject+"\n\n"+r.Text+"\nSMS: "+r.SMS+"\n")
	}
}

// A message about a claim may name no invoice; every other notice has a line.
func TestAMessageAboutAClaimNeedsNoLine(t *testing.T) {
	t.Parallel()
	templates := load(t)
	c := claimed(notice.ClaimDelay)
	c.Lines = nil
	r, err := templates.Render(c)
	require.NoError(t, err)
	require.NotContains(t, r.Text, r.Page.Words["claim_invoices"])
	require.NotContains(t, r.Text, "\n\n\n")
	c.Claim = nil
	_, err = templates.Render(c)
	require.Equal(t, notice.CodeInvalidContent, fault.CodeOf(err))
	for _, spoil := range []func(*notice.Claim){
		func(c *notice.Claim) { c.ClaimedMinor = -1 }, func(c *notice.Claim) { c.ToPayMinor = money.MaxMinor + 1 },
	} {
		c := claimed(notice.ClaimDelay)
		spoil(c.Claim)
		_, err = templates.Render(c)
		require.Equal(t, notice.CodeInvalidContent, fault.CodeOf(err))
	}
}

// A line of a denied deduction says of which claim it is, until when it was payable, and since when the money is missing.
func TestALineOfADeductionShowsBothAges(t *testing.T) {
	t.Parallel()
	templates := load(t)
	r, err := templates.Render(sample("repayment"))
	require.NoError(t, err)
	line := r.Page.Lines[0]
	require.Equal(t, "Deduction D-17", line.Deduction)
	require.Equal(t, "your claim CB-40071", line.Claim)
	require.Equal(t, 122, line.AgingDays)
	require.Equal(t, 3, line.DaysPastDue)
	require.Contains(t, strings.ReplaceAll(line.Aged, "\u00a0", " "), "14 Nov 2025, 122 days ago")
	require.Contains(t, r.Text, "Deduction D-17, your claim CB-40071, Invoice 2025-0871")
	other := r.Page.Lines[1]
	require.Empty(t, other.Claim, "no reference")
	require.Empty(t, other.Aged, "it is as old as it is late")
	require.Contains(t, r.Text, "* Deduction D-21\n")
	require.NotContains(t, r.Text, "Invoice \n")
}

// Own languages that were written before there were claims go on working; the labels that they lack are English.
func TestAnOwnLanguageWithoutTheLaterLabelsWorks(t *testing.T) {
	t.Parallel()
	english, err := notice.Load(nil)
	require.NoError(t, err)
	r, err := english.Render(sample("reminder"))
	require.NoError(t, err)
	words := &strings.Builder{}
	for key, text := range r.Page.Words {
		if !strings.HasPrefix(key, "claim") && key != "deduction" && key != "aged" && key != "our_case" && key != "your_claim" {
			words.WriteString(key + " = " + text + "\n")
		}
	}
	own, err := notice.Load(fstest.MapFS{
		"fr/words.txt":     {Data: []byte(words.String())},
		"fr/repayment.txt": {Data: []byte(`{{define "subject"}}s{{end}}{{define "opening"}}o{{end}}{{define "closing"}}c{{end}}{{define "sms"}}s{{end}}`)},
	})
	require.NoError(t, err)
	c := sample("repayment")
	c.Language = "fr"
	r, err = own.Render(c)
	require.NoError(t, err)
	require.Equal(t, "fr", r.Language)
	require.Equal(t, "Deduction D-17", r.Page.Lines[0].Deduction)
}

// A layout of messages about claims may be replaced, for all languages or for one.
func TestOwnClaimLayouts(t *testing.T) {
	t.Parallel()
	own, err := notice.Load(fstest.MapFS{
		"claim-layout.txt":    {Data: []byte("mine {{.Claim.Number}}")},
		"de/claim-layout.txt": {Data: []byte("meins {{.Claim.Number}}")},
	})
	require.NoError(t, err)
	for language, want := range map[string]string{"en": "mine D-17\n", "de": "meins D-17\n"} {
		c := sample(notice.ClaimCredit)
		c.Language = language
		r, err := own.Render(c)
		require.NoError(t, err)
		require.Equal(t, want, r.Text)
	}
}

func TestClaimsHaveIdsOfTheirOwn(t *testing.T) {
	t.Parallel()
	id := uuid.MustParse("0198f000-0000-7000-8000-000000000001")
	require.Equal(t, "<claim.0198f000-0000-7000-8000-000000000001@example.com>", notice.ClaimMessageID(id, "example.com"))
	require.NotEqual(t, notice.MessageID(id, "example.com"), notice.ClaimMessageID(id, "example.com"))
	require.Equal(t, "D-17", notice.ClaimNumber(17))
	require.Equal(t, calendar.MustDate("2026-01-09"), sample(notice.ClaimDenial).Claim.Date)
}

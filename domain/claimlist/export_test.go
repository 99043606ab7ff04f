package claimlist_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
	"arrears/domain/claimlist"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
)

// denied is a deduction of 200 on one invoice of which 80 are denied.
func denied() dispute.Dispute {
	amounts := dispute.Claim(200_00)
	amounts.UndecidedMinor, amounts.CreditedMinor, amounts.DeniedMinor = 0, 120_00, 80_00
	return dispute.Dispute{
		ID: uuid.New(), Number: 12, Kind: dispute.Deduction, Currency: "EUR", State: dispute.AwaitingRepayment, Outcome: dispute.PartiallyValid,
		CustomerReason: "SH", CustomerWords: "=HYPERLINK(\"x\")", ClaimReference: "-77", TakenOn: calendar.MustDate("2026-03-04"), Reason: "shortage",
		PayableBy: calendar.MustDate("2026-04-01"), Owner: "dana",
		Parts: []dispute.Part{{ID: uuid.New(), InvoiceID: uuid.NullUUID{UUID: uuid.New(), Valid: true}, Amounts: amounts}},
	}
}

func TestAListIsWrittenAsTextAndNumbers(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := claimlist.NewWriter(&out)
	line := claimlist.Line{Dispute: denied(), CustomerNumber: "4711", CustomerName: "Example, Ltd", Invoices: []string{"I-1", "I-2"}}
	require.NoError(t, w.Write([]claimlist.Line{line}))
	require.NoError(t, w.Write([]claimlist.Line{line}))
	rows, err := csv.NewReader(&out).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 3, "one header")
	require.Equal(t, claimlist.Headers(), rows[0])
	got := map[string]string{}
	for i, header := range rows[0] {
		got[header] = rows[1][i]
	}
	require.Equal(t, "D-12", got["case"])
	require.Equal(t, "'-77", got["claim_reference"], "no spreadsheet takes it for a formula")
	require.Equal(t, "'=HYPERLINK(\"x\")", got["reason_words"])
	require.Equal(t, "200.00", got["amount"])
	require.Equal(t, "80.00", got["denied"])
	require.Equal(t, "2026-04-01", got["payable_by"])
	require.Equal(t, "I-1 I-2", got["invoice_number"])
}

func TestAnEmptyListHasItsHeader(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, claimlist.NewWriter(&out).Write(nil))
	require.Equal(t, strings.Join(claimlist.Headers(), ",")+"\n", out.String())
}

// What one installation exports another one can load: the claim says the same.
func TestAnExportedListCanBeLoaded(t *testing.T) {
	t.Parallel()
	p, err := claimlist.LoadProfile([]byte(shipped(t, "arrears").Text + "\nignore_unknown: true\n"))
	require.NoError(t, err)
	rapid.Check(t, func(rt *rapid.T) {
		minor := rapid.Int64Range(1, 9_000_000_000).Draw(rt, "minor")
		d := denied()
		d.ClaimReference, d.CustomerWords = "R"+rapid.StringMatching(`[A-Za-z0-9-]{1,20}`).Draw(rt, "reference"), "short \"ship\",\nhelp"
		d.Parts[0].Amounts = dispute.Claim(minor)
		var out bytes.Buffer
		require.NoError(rt, claimlist.NewWriter(&out).Write([]claimlist.Line{{Dispute: d, CustomerNumber: "4711"}}))
		records, err := claimlist.Read(&out, p)
		require.NoError(rt, err)
		require.Len(rt, records, 1)
		require.Empty(rt, records[0].Problems)
		row := records[0].Row
		require.Equal(rt, minor, row.AmountMinor)
		require.Equal(rt, d.ClaimReference, row.Reference)
		require.Equal(rt, d.CustomerWords, row.ReasonWords)
		require.Equal(rt, d.TakenOn, row.TakenOn)
	})
}

func TestAPackageHoldsClaimDecisionAndEvidence(t *testing.T) {
	t.Parallel()
	d := denied()
	s := claimlist.Submission{
		Creditor: "Example Works", CustomerNumber: "4711", CustomerName: "Example Ltd", Dispute: d,
		Invoices: map[uuid.UUID]string{d.Parts[0].InvoiceID.UUID: "I-1"},
		Decisions: []dispute.Decision{{
			Kind: dispute.DecidePartially, ValidMinor: 120_00, DeniedMinor: 80_00, Reason: "shortage", Comment: "for us alone", DecidedBy: "dana",
			DecidedAt: time.Date(2026, time.March, 20, 9, 0, 0, 0, time.UTC),
		}},
		Documents: []receivable.Document{
			{Kind: "proof_of_delivery", Filename: "../../etc/pass wd", Content: []byte("signed")},
			{Kind: "proof_of_delivery", Filename: "../../etc/pass wd", Content: []byte("signed too")},
		},
	}
	var out bytes.Buffer
	require.NoError(t, claimlist.WriteSubmission(&out, s, func(d receivable.Document) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(d.Content)), nil
	}))
	archive, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	require.NoError(t, err)
	files := map[string]string{}
	for _, f := range archive.File {
		in, err := f.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(in)
		require.NoError(t, err)
		files[f.Name] = string(text)
	}
	require.Len(t, files, 4)
	require.Equal(t, "signed", files["evidence/01-proof_of_delivery-pass_wd"])
	require.Equal(t, "signed too", files["evidence/02-proof_of_delivery-pass_wd"])
	var said map[string]any
	require.NoError(t, json.Unmarshal([]byte(files["claim.json"]), &said))
	require.Equal(t, "200.00", said["claimed"])
	require.Equal(t, "I-1", said["parts"].([]any)[0].(map[string]any)["invoice"])
	require.Contains(t, files["claim.txt"], "Valid EUR 120.00, denied EUR 80.00")
	for name, text := range files {
		require.NotContains(t, text, "for us alone", name)
		require.NotContains(t, text, "dana", name)
	}
}

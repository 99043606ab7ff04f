package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/claimlist"
	"arrears/domain/dispute"
	"arrears/port"
)

const listHeader = "claim_reference,customer_number,customer_name,invoice_number,amount,currency,taken_on,reason,reason_words,kind,status\n"

func listProfileOf(t testing.TB, name string) *claimlist.Profile {
	t.Helper()
	p, err := claimlist.Shipped(name)
	require.NoError(t, err)
	return p
}

// claims loads rows of our own list.
func (l *loader) claims(rows ...string) app.ClaimsImported {
	l.t.Helper()
	return l.claimsOf(app.NewClaimImport{File: reader(listHeader + strings.Join(rows, ""))})
}

func (l *loader) claimsOf(in app.NewClaimImport) app.ClaimsImported {
	l.t.Helper()
	if in.Profile == nil {
		in.Profile = listProfileOf(l.t, "arrears")
	}
	in.Filename = "claims.csv"
	got, err := l.app.LoadClaims(l.t.Context(), l.who, in)
	require.NoError(l.t, err)
	r := got.Report
	require.Equal(l.t, r.RowsRead, r.Opened+r.Known+r.Deleted+r.Doubled+r.Refused, "no row is lost: %+v", r)
	require.Equal(l.t, r.Refused, got.Run.Refused)
	return got
}

// owing is a loader with two customers and an invoice of 1,000 of the first one.
func owing(t *testing.T) *loader {
	t.Helper()
	l := newLoader(t)
	l.with(app.NewImport{}, inv("I-1", "C-1", "1000.00", "customer_name", "H-E-B"), inv("I-2", "C-2", "500.00", "customer_name", "WinCo Foods"))
	return l
}

func (l *loader) dispute(reference string) dispute.Dispute {
	l.t.Helper()
	found, err := l.app.ListDisputes(l.t.Context(), l.who, port.DisputeFilter{Reference: reference}, port.Page{})
	require.NoError(l.t, err)
	require.Len(l.t, found.Items, 1, reference)
	return found.Items[0]
}

func TestAListOpensACasePerRow(t *testing.T) {
	t.Parallel()
	l := owing(t)
	got := l.claims(
		"DM-1,C-1,,I-1,\"200.00\",EUR,2026-02-20,shortage,,,\n",
		"DM-2,,H.E.B.,,50.00,EUR,2026-02-21,,late truck,,\n",
		"DM-3,,win co foods,I-2,100.00,EUR,,Frieght,,dispute,\n",
		"DM-4,C-9,,I-1,1.00,EUR,,,,,\n",
		"DM-5,,Wincko,,1.00,EUR,,,,,\n",
		"DM-6,C-1,,I-9,1.00,EUR,,,,,\n",
		"DM-7,C-1,,,1.060,EUR,,,,,\n",
		"DM-8,C-1,,,1.00,EUR,,,,,void\n",
	)
	r := got.Report
	require.Equal(t, app.ImportClaims, got.Run.Mode)
	require.Equal(t, []int64{3, 1, 4}, []int64{r.Opened, r.Deleted, r.Refused}, "%+v", r)
	require.Equal(t, []app.ImportCurrency{{Currency: "EUR", Rows: 3, AmountMinor: 350_00, AcceptedMinor: 350_00}}, r.Currencies)
	require.Equal(t, []string{
		"5 refused claimlist.unknown_customer", "6 refused claimlist.unknown_customer", "7 refused invoice.not_found",
		"8 refused claimlist.ambiguous_amount",
	}, l.quarantine())
	first := l.dispute("DM-1")
	require.Equal(t, "shortage", first.Reason)
	require.Equal(t, "claims", first.Source)
	require.Equal(t, "2026-02-20", first.TakenOn.String())
	require.True(t, first.Parts[0].ItemID.Valid)
	require.Equal(t, int64(800_00), l.number(`SELECT open_minor FROM items i JOIN invoices v ON v.id = i.invoice_id WHERE v.number = 'I-1' AND i.kind = 'instalment'`))
	require.False(t, l.dispute("DM-2").Parts[0].InvoiceID.Valid, "about the account")
	third := l.dispute("DM-3")
	require.Equal(t, dispute.Contest, third.Kind)
	require.Equal(t, "freight", third.Reason)
}

func TestLoadingAListTwiceOpensNothingTwice(t *testing.T) {
	t.Parallel()
	l := owing(t)
	rows := []string{
		"DM-1,C-1,,I-1,200.00,EUR,2026-02-20,shortage,,,\n", ",C-1,,,50.00,EUR,2026-02-21,,odd,,\n", "DM-3,C-9,,,1.00,EUR,,,,,\n",
		"DM-1,C-1,,I-1,200.00,EUR,2026-02-20,shortage,,,\n",
	}
	first := l.claims(rows...)
	require.Equal(t, int64(2), first.Report.Opened)
	require.Equal(t, int64(1), first.Report.Doubled)
	before := l.state()
	second := l.claims(rows...)
	require.Equal(t, []int64{0, 2, 1, 1}, []int64{second.Report.Opened, second.Report.Known, second.Report.Doubled, second.Report.Refused})
	require.Equal(t, before, l.state(), "the second load changes nothing")
	require.Equal(t, int64(2), l.number(`SELECT count(*) FROM disputes`))

	changed := l.claims("DM-1,C-1,,I-1,210.00,EUR,2026-02-20,shortage,,,\n", "dm 1,C-1,,,1.00,EUR,2026-02-20,,,,deleted\n")
	require.Equal(t, int64(1), changed.Report.Codes[claimlist.CodeDeletedButOpen])
	require.Equal(t, int64(2), changed.Report.Deleted)
	require.Equal(t, int64(1), l.claims("DM-1,C-1,,I-1,210.00,EUR,2026-02-20,shortage,,,\n").Report.Codes[claimlist.CodeAmountDiffers])
}

func TestTheSameRequestLoadsOnce(t *testing.T) {
	t.Parallel()
	l := owing(t)
	in := app.NewClaimImport{Profile: listProfileOf(t, "arrears"), Filename: "claims.csv"}
	ctx := func() context.Context {
		return port.WithIdempotencyID(t.Context(), "list", uuid.MustParse("01890000-0000-7000-8000-000000000001"))
	}
	in.File = reader(listHeader + "DM-1,C-1,,I-1,200.00,EUR,2026-02-20,shortage,,,\n")
	first, err := l.app.LoadClaims(ctx(), l.who, in)
	require.NoError(t, err)
	in.File = reader(listHeader + "DM-1,C-1,,I-1,200.00,EUR,2026-02-20,shortage,,,\n")
	again, err := l.app.LoadClaims(ctx(), l.who, in)
	require.NoError(t, err)
	require.Equal(t, first.Run.ID, again.Run.ID)
	require.Equal(t, first.Report, again.Report)
}

func TestACorrectionOpensTheCaseAndTeachesTheName(t *testing.T) {
	t.Parallel()
	l := owing(t)
	l.claims("DM-1,,HEB Grocery Co,,20.00,EUR,2026-02-20,,,,\n", "DM-2,C-1,,,nothing,EUR,2026-02-20,,,,\n")
	row := func(reference string) uuid.UUID {
		return l.id(`SELECT id FROM quarantine WHERE raw->'fields'->>'claim_reference' = '` + reference + `' AND state = 'open'`)
	}
	id := row("DM-1")
	_, err := l.app.CorrectQuarantine(t.Context(), l.who, id, map[string]string{"customer_name": "Nobody"})
	require.Equal(t, app.CodeStillRefused, code(err))
	require.Equal(t, claimlist.CodeUnknownCustomer, fields(err)[0].Code)
	_, err = l.app.CorrectQuarantine(t.Context(), access.Principal{ID: "c", Role: access.Collector}, id, nil)
	require.Equal(t, access.CodeForbidden, code(err))
	q, err := l.app.CorrectQuarantine(t.Context(), l.who, id, map[string]string{"customer_number": "C-1"})
	require.NoError(t, err)
	require.Equal(t, "corrected", q.State)
	require.Equal(t, int64(20_00), l.dispute("DM-1").Amounts().ClaimedMinor)
	_, err = l.app.CorrectQuarantine(t.Context(), l.who, id, map[string]string{"customer_number": "C-1"})
	require.Equal(t, app.CodeQuarantineSettled, code(err))

	learnt := l.claims("DM-3,,heb  grocery-co.,,21.00,EUR,2026-02-20,,,,\n")
	require.Equal(t, int64(1), learnt.Report.Opened)
	require.Equal(t, l.dispute("DM-1").CustomerID, l.dispute("DM-3").CustomerID)

	_, err = l.app.CorrectQuarantine(t.Context(), l.who, row("DM-2"), map[string]string{"amount": "(7.00)"})
	require.Equal(t, app.CodeStillRefused, code(err))
	_, err = l.app.CorrectQuarantine(t.Context(), l.who, row("DM-2"), map[string]string{"amount": "7.00", "colour": "red"})
	require.Equal(t, "intake.header", code(err))
	_, err = l.app.CorrectQuarantine(t.Context(), l.who, row("DM-2"), map[string]string{"amount": "7.00"})
	require.NoError(t, err)
	require.Equal(t, int64(7_00), l.dispute("DM-2").Amounts().ClaimedMinor)
}

func TestAListOfOneCustomerHoldsNobodyElsesClaims(t *testing.T) {
	t.Parallel()
	l := owing(t)
	first := uuid.NullUUID{UUID: l.id(`SELECT id FROM customers WHERE number = 'C-1'`), Valid: true}
	got := l.claimsOf(app.NewClaimImport{Customer: first, File: reader(listHeader + "DM-1,C-1,,,5.00,EUR,,,,,\nDM-2,C-2,,,5.00,EUR,,,,,\n")})
	require.Equal(t, int64(1), got.Report.Opened)
	require.Equal(t, []string{"3 refused claimlist.customer_differs"}, l.quarantine())
	_, err := l.app.LoadClaims(t.Context(), l.who, app.NewClaimImport{
		Profile: listProfileOf(t, "arrears"), Filename: "x.csv", Customer: uuid.NullUUID{UUID: uuid.New(), Valid: true}, File: reader(listHeader),
	})
	require.Equal(t, "customer.not_found", code(err))
}

func TestWhoMayLoadAListAndWhatRefusesItWhole(t *testing.T) {
	t.Parallel()
	l := owing(t)
	in := func(text string) app.NewClaimImport {
		return app.NewClaimImport{Profile: listProfileOf(t, "arrears"), Filename: "claims.csv", File: reader(text)}
	}
	for _, role := range []access.Role{access.Collector, access.Analyst, access.Auditor} {
		_, err := l.app.LoadClaims(t.Context(), access.Principal{ID: "x", Role: role}, in(listHeader))
		require.Equal(t, access.CodeForbidden, code(err), role)
	}
	for text, want := range map[string]string{"": "intake.empty_file", "a,b\n": "intake.header"} {
		_, err := l.app.LoadClaims(t.Context(), l.who, in(text))
		require.Equal(t, want, code(err))
	}
	bad := in(listHeader)
	bad.Filename = strings.Repeat("x", 301)
	_, err := l.app.LoadClaims(t.Context(), l.who, bad)
	require.Equal(t, "receivable.invalid", code(err))
	require.Equal(t, int64(1), l.number(`SELECT count(*) FROM imports`), "nothing of them is left")
}

// The retailers of the shared data are our customers; a list spells them as it likes.
func TestRetailersOfTheSharedListAreFound(t *testing.T) {
	t.Parallel()
	var list []struct{ Name string }
	require.NoError(t, json.NewDecoder(sharedData(t, "deductions/retailers.json")).Decode(&list))
	l := newLoader(t)
	var invoices []string
	rows := "Deduction Number,Retailer,Amount,Deduction Date,Reason,Status\n"
	for n, r := range list {
		invoices = append(invoices, inv(fmt.Sprintf("I-%d", n), fmt.Sprintf("C-%d", n), "1000.00", "customer_name", "\""+r.Name+"\"", "currency", "USD"))
		rows += fmt.Sprintf("DM-%d,\" %s.\",\"($1,0%02d.38)\",2/%d/2026,Frieght,Open\n", n, strings.ToUpper(r.Name), n, n+13)
	}
	l.with(app.NewImport{}, invoices...)
	got := l.claimsOf(app.NewClaimImport{Profile: listProfileOf(t, "retail-us"), File: reader(rows)})
	require.Equal(t, int64(len(list)), got.Report.Opened, "%+v", got.Report)
	for n := range list {
		d := l.dispute(fmt.Sprintf("DM-%d", n))
		require.Equal(t, fmt.Sprintf("C-%d", n), l.text(`SELECT number FROM customers WHERE id = $1`, d.CustomerID))
		require.Equal(t, int64(1_000_38+100*n), d.Amounts().ClaimedMinor)
		require.Equal(t, "freight", d.Reason)
	}
}

func TestAPackageCitesWhatWasDecided(t *testing.T) {
	t.Parallel()
	l := owing(t)
	l.claims("DM-1,C-1,,I-1,200.00,EUR,2026-02-20,shortage,,,\n")
	d := l.dispute("DM-1")
	document, err := l.app.StoreDocument(t.Context(), l.who, app.NewDocument{
		CustomerID: uuid.NullUUID{UUID: d.CustomerID, Valid: true}, Kind: "proof_of_delivery", Filename: "pod.txt", MediaType: "text/plain", Content: strings.NewReader("signed"),
	})
	require.NoError(t, err)
	file, err := l.app.DisputeCase(t.Context(), l.who, d.ID)
	require.NoError(t, err)
	for _, e := range file.Evidence {
		_, err = l.app.AnswerEvidence(t.Context(), l.who, d.ID, e.ID, app.EvidenceAnswer{
			State: dispute.EvidenceReceived, DocumentID: uuid.NullUUID{UUID: document.ID, Valid: true},
		})
		require.NoError(t, err, e.DocumentKind)
	}
	admin := access.Principal{ID: "root", Role: access.Admin}
	_, err = l.app.DecideDispute(t.Context(), admin, d.ID, app.NewDecision{Kind: dispute.DecideInvalid, Reason: "shortage", Evidence: []uuid.UUID{document.ID}})
	require.NoError(t, err)
	found, err := l.app.DisputePackage(t.Context(), l.who, d.ID)
	require.NoError(t, err)
	require.Len(t, found.Documents, 1, "once, however often it is cited")
	var archive strings.Builder
	require.NoError(t, l.app.WriteDisputePackage(t.Context(), l.who, &archive, found))
	require.NotZero(t, archive.Len())
	require.Len(t, found.Decisions, 1)
	require.Equal(t, map[uuid.UUID]string{d.Parts[0].InvoiceID.UUID: "I-1"}, found.Invoices)

	var out strings.Builder
	require.NoError(t, l.app.ExportDisputes(t.Context(), l.who, port.DisputeFilter{}, claimlist.NewWriter(&out).Write))
	require.Contains(t, out.String(), "D-1,DM-1,C-1,H-E-B,I-1,200.00,EUR,2026-02-20")
	_, err = l.app.DisputePackage(t.Context(), l.who, uuid.New())
	require.Equal(t, "dispute.not_found", code(err))
}

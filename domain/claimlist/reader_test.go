package claimlist_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"arrears/domain/claimlist"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/intake"
)

func shipped(t testing.TB, name string) *claimlist.Profile {
	t.Helper()
	p, err := claimlist.Shipped(name)
	require.NoError(t, err)
	return p
}

func read(t testing.TB, profile, text string) []claimlist.Record {
	t.Helper()
	records, err := claimlist.Read(strings.NewReader(text), shipped(t, profile))
	require.NoError(t, err)
	return records
}

// codes are what the rows of a list are refused by or flagged with, by line.
func codes(records []claimlist.Record) map[int64][]string {
	found := map[int64][]string{}
	for _, r := range records {
		for _, p := range r.Problems {
			found[r.Line] = append(found[r.Line], p.Field+": "+p.Code)
		}
	}
	return found
}

const retail = "Deduction Number,Retailer,Invoice Number,Amount,Deduction Date,Reason Code,Reason,Status,Buyer\n"

func TestAListOfARetailerIsRead(t *testing.T) {
	t.Parallel()
	records := read(t, "retail-us", retail+
		"DM-1,KeHE,I-1,\"($1,060.38)\",3/4/2026,SH,4 cases short,Open,ann\n"+
		"DM-2, H.E.B. ,,$12.00,04-Mar-26,,Frieght,,\n")
	require.Len(t, records, 2)
	require.Empty(t, codes(records))
	want := claimlist.Row{
		Reference: "DM-1", CustomerName: "KeHE", InvoiceNumber: "I-1", Kind: dispute.Deduction, Currency: "USD", AmountMinor: 1_060_38,
		TakenOn: records[0].Row.TakenOn, Reason: "SH", ReasonWords: "4 cases short",
	}
	require.Empty(t, cmp.Diff(want, *records[0].Row))
	require.Equal(t, "2026-03-04", records[0].Row.TakenOn.String())
	require.Equal(t, "H.E.B.", records[1].Row.CustomerName)
	require.Equal(t, "2026-03-04", records[1].Row.TakenOn.String())
	require.Equal(t, "ann", records[0].Raw.Fields["Buyer"], "what is not read is kept")
}

func TestARowThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	records := read(t, "retail-us", retail+
		"DM-1,KeHE,,much,3/4/2026,,,,\n"+
		"DM-2,,,$1.00,3/4/2026,,,,\n"+
		"DM-3,KeHE,,$1.00,yesterday,,,,\n"+
		"DM-4,KeHE,,1.060,3/4/2026,,,,\n"+
		"DM-5,KeHE,,0.00,3/4/2026,,,,\n"+
		"DM-6,KeHE,,,3/4/2026,,,,\n"+
		"DM-7,KeHE,,£4,3/4/2026,,,,\n"+
		"DM-8,KeHE,,4,3/4/2026\n"+
		"DM-\"9,KeHE,,4,3/4/2026,,,,\n"+
		"DM-10,Ke\x01HE,,4,3/4/2026,,,,\n")
	require.Equal(t, map[int64][]string{
		2: {"amount: " + intake.CodeMalformedAmount}, 3: {"customer_name: " + intake.CodeMissingValue},
		4: {"taken_on: " + intake.CodeMalformedDate}, 5: {"amount: " + claimlist.CodeAmbiguousAmount},
		6: {"amount: " + intake.CodeNotPositive}, 7: {"amount: " + intake.CodeMissingValue},
		8: {"amount: " + intake.CodeUnknownCurrency}, 9: {": " + intake.CodeColumnCount}, 10: {": " + intake.CodeMalformedRow},
		11: {"customer_name: " + intake.CodeControlCharacter, "customer_name: " + intake.CodeMissingValue},
	}, without(codes(records), "customer_name: "+intake.CodeMissingValue, 11))
	for _, r := range records {
		require.Nil(t, r.Row)
		_, refused := r.Refused()
		require.True(t, refused)
	}
}

// without is the same but for a code that may follow from another one at the line.
func without(found map[int64][]string, code string, line int64) map[int64][]string {
	if list := found[line]; len(list) == 1 {
		found[line] = append(list, code)
	}
	return found
}

func TestDeletedAndDoubledRowsOpenNothing(t *testing.T) {
	t.Parallel()
	records := read(t, "retail-us", retail+
		"DM-1,KeHE,,$10.00,3/4/2026,,,Open,\n"+
		"dm 1,kehe,,$10.00,3/4/2026,,,VOIDED,\n"+ // the same claim, taken back
		"DM-2,KeHE,,$10.00,3/4/2026,,,,\n"+
		"DM-2,KeHE,,$10.00,3/4/2026,,,,\n"+ // there twice
		"DM-3,KeHE,,$10.00,3/4/2026,,,,\n"+
		"DM-3,KeHE,,$11.00,3/4/2026,,,,\n"+ // nobody knows which is right
		",KeHE,,$7.00,3/4/2026,,,,\n"+
		",KeHE,,$8.00,3/4/2026,,,,\n"+
		",KeHE,,$7.00,3/4/2026,,,,\n")
	require.True(t, records[0].Skip)
	require.True(t, records[1].Row.Deleted)
	require.False(t, records[2].Skip)
	require.True(t, records[3].Skip)
	require.Nil(t, records[4].Row)
	require.Nil(t, records[5].Row)
	require.False(t, records[6].Skip || records[7].Skip)
	require.True(t, records[8].Skip)
	require.Equal(t, map[int64][]string{
		5: {"claim_reference: " + claimlist.CodeDuplicateRow}, 6: {"claim_reference: " + claimlist.CodeConflictingRow},
		7: {"claim_reference: " + claimlist.CodeConflictingRow}, 10: {"claim_reference: " + claimlist.CodeDuplicateRow},
	}, codes(records))
}

func TestAnAmountBelowZeroMeansWhatTheProfileSays(t *testing.T) {
	t.Parallel()
	const list = "customer_number,amount,currency\n4711,-5.00,EUR\n"
	require.Equal(t, []string{"amount: " + claimlist.CodeNegativeAmount}, codes(read(t, "arrears", list))[2])
	p, err := claimlist.LoadProfile([]byte("name: mine\nnegative: reversal\ncurrency: EUR\ncolumns: [{header: customer_number, field: customer_number}, {header: amount, field: amount}]\n"))
	require.NoError(t, err)
	records, err := claimlist.Read(strings.NewReader("customer_number,amount\n4711,-5.00\n"), p)
	require.NoError(t, err)
	require.True(t, records[0].Row.Deleted)
	require.Equal(t, int64(5_00), records[0].Row.AmountMinor)
}

func TestAJSONListIsRead(t *testing.T) {
	t.Parallel()
	records := read(t, "portal-json", `{"page": 1, "claims": [
		{"id": "C-1", "customer": {"number": "4711", "name": "Example"}, "invoice": "I-1", "amount": -1060.38, "currency": "USD", "date": "2026-03-04",
		 "reason": {"code": "12", "text": "short\nship"}, "lines": [{"sku": [1, 2]}], "status": null},
		{"id": "C-2", "customer": {"number": "4711"}, "amount": "1,060.38", "currency": "usd", "status": "cancelled"},
		{"id": "C-3", "customer": {"number": "4711"}, "amount": 1e3, "currency": "USD"},
		{"id": "C-4", "id": "C-5", "customer": {"number": "4711"}, "amount": 1, "currency": "USD"},
		17, {"amount": 1, "currency": "USD"}
	]}`)
	require.Len(t, records, 6)
	require.Equal(t, int64(1_060_38), records[0].Row.AmountMinor)
	require.Equal(t, "short\nship", records[0].Row.ReasonWords)
	require.Equal(t, "12", records[0].Row.Reason)
	require.True(t, records[1].Row.Deleted)
	found := codes(records)
	require.Equal(t, []string{"amount: " + intake.CodeMalformedAmount}, found[3])
	require.Equal(t, []string{": " + intake.CodeColumnCount}, found[4])
	require.Equal(t, []string{": " + intake.CodeMalformedRow}, found[5])
	require.Equal(t, []string{"claim_reference: " + intake.CodeMissingValue, "customer_number: " + intake.CodeMissingValue}, found[6])
}

func TestAListIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ profile, text, code string }{
		{"retail-us", "", intake.CodeEmptyFile},
		{"retail-us", "\xff\xfea\x00", intake.CodeFileEncoding},
		{"retail-us", "Retailer,Amount\n", intake.CodeHeader},
		{"arrears", "customer_number,amount,currency,extra\n", intake.CodeHeader},
		{"arrears", "customer_number,amount,amount,currency\n", intake.CodeHeader},
		{"arrears", "\"customer_number\n", intake.CodeHeader},
		{"portal-json", "  ", intake.CodeEmptyFile},
		{"portal-json", "[]", claimlist.CodeMalformedFile},
		{"portal-json", `{"claims": {}}`, claimlist.CodeMalformedFile},
		{"portal-json", `{"claims": [}`, claimlist.CodeMalformedFile},
		{"arrears", "customer_number,amount,currency\n" + strings.Repeat("1,1,EUR\n", claimlist.MaxRows+1), claimlist.CodeTooManyRows},
	} {
		_, err := claimlist.Read(strings.NewReader(c.text), shipped(t, c.profile))
		require.Equal(t, c.code, fault.CodeOf(err), "%.60s", c.text)
	}
}

func TestACorrectedRowIsReadByTheSameRules(t *testing.T) {
	t.Parallel()
	p := shipped(t, "retail-us")
	records := read(t, "retail-us", retail+"DM-1,KeHE,,much,3/4/2026,,,,\n")
	fields := records[0].Raw.Fields
	fields["Amount"] = "$4.00"
	again, err := claimlist.Again(p, fields)
	require.NoError(t, err)
	require.Equal(t, int64(4_00), again.Row.AmountMinor)
	_, err = claimlist.Again(shipped(t, "arrears"), map[string]string{"colour": "red"})
	require.Equal(t, intake.CodeHeader, fault.CodeOf(err))
	twice, err := claimlist.Again(p, map[string]string{"amount": "1", "Amount": "2", "Retailer": "KeHE"})
	require.NoError(t, err)
	require.Nil(t, twice.Row, "nobody knows which is right")
}

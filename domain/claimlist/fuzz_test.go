package claimlist_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/claimlist"
	"arrears/domain/fault"
	"arrears/domain/money"
)

// FuzzRead reads anything as a list: it ends, every row is accounted for, what is read keeps the bounds of the normal form, and
// whatever is refused says why and can be kept as JSON. Reading the same text twice says the same.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"", retail + "DM-1,KeHE,I-1,\"($1,060.38)\",3/4/2026,SH,short,Open,\n", retail + "\"DM\n1\",KeHE,,1.060,03/04/26,,,void,\n\n\"",
		"customer_number,amount,currency\n1,1,EUR\n1,1,EUR\n", `{"claims":[{"id":"1","customer":{"name":"x"},"amount":1.5,"currency":"EUR"}]}`,
		`{"claims":[{"id":"1","id":"2"},[],{"a":{"b":{"c":{"d":{"e":{"f":1}}}}}}]}`, "\xff\xfe", "\xef\xbb\xbfcustomer_number,amount,currency\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, name := range claimlist.ShippedNames() {
			p := shipped(t, name)
			records, err := claimlist.Read(strings.NewReader(string(text)), p)
			if err != nil {
				require.NotEqual(t, fault.CodeInternal, fault.CodeOf(err))
				continue
			}
			again, err := claimlist.Read(strings.NewReader(string(text)), p)
			require.NoError(t, err)
			require.Equal(t, records, again)
			for _, r := range records {
				checkRecord(t, r)
			}
		}
	})
}

func checkRecord(t *testing.T, r claimlist.Record) {
	t.Helper()
	problem, refused := r.Refused()
	require.Equal(t, refused, r.Row == nil)
	kept, err := json.Marshal(r.Raw)
	require.NoError(t, err)
	require.NotContains(t, string(kept), `\u0000`)
	if refused {
		require.NotEmpty(t, problem.Code)
		require.NotEmpty(t, problem.Message)
		return
	}
	require.True(t, r.Row.Currency.Valid())
	require.Positive(t, r.Row.AmountMinor)
	require.LessOrEqual(t, r.Row.AmountMinor, money.MaxMinor)
	require.NotEmpty(t, r.Row.CustomerNumber+r.Row.CustomerName)
	require.LessOrEqual(t, len([]rune(r.Row.Reference)), 100)
}

// FuzzProfile loads anything as a profile: it is refused with a code, or it can read a list.
func FuzzProfile(f *testing.F) {
	f.Add("name: a\ncolumns: [{header: a, field: amount}, {header: c, field: customer_name}]")
	f.Add("name: a\nformat: json\nrecords: a.b\nexcel_dates: true\ndates: [M/D/YY]\ncolumns: [{header: a, field: amount, values: {x: y}}]")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := claimlist.LoadProfile([]byte(text))
		if err != nil {
			require.Equal(t, claimlist.CodeMalformedProfile, fault.CodeOf(err))
			return
		}
		_, err = claimlist.Read(strings.NewReader("a,c\n1,2\n"), p)
		require.NotEqual(t, fault.CodeInternal, fault.CodeOf(err))
	})
}

package intake_test

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/domain/intake"
)

func TestControlRowsInTheFile(t *testing.T) {
	t.Parallel()
	text := "number,customer_number,invoice_date,currency,amount,control_count\n" +
		"A,C1,2026-01-10,EUR,5.00,\n" +
		"#control,C1,,EUR,5.00,1\n" +
		"#control,C1,,JPY,0,0\n" +
		"#control,,,EUR,5.00,1\n" +
		"#control,C1,,EUR,5.00,many\n" +
		"#control,C1,,EUR,5.00,-1\n" +
		"#control,C1,,EUR,x,1\n" +
		"#control,C1,,XXX,1,1\n"
	records := readAll(t, shipped(t, "arrears"), intake.Options{}, text)
	require.NotNil(t, records[0].Row)
	require.Equal(t, &intake.Control{CustomerNumber: "C1", Currency: "EUR", Count: 1, SumMinor: 500}, records[1].Control)
	require.Equal(t, &intake.Control{CustomerNumber: "C1", Currency: "JPY"}, records[2].Control)
	for _, r := range records[3:] {
		require.Nil(t, r.Control, "line %d", r.Line)
		require.Nil(t, r.Row)
		_, refused := r.Refused()
		require.True(t, refused)
	}
}

func TestControlFiles(t *testing.T) {
	t.Parallel()
	want := []intake.Control{
		{CustomerNumber: "C1", Currency: "EUR", Count: 2, SumMinor: 15050},
		{CustomerNumber: "C1", Currency: "JPY", Count: 0, SumMinor: 0},
	}
	for _, text := range []string{
		"customer_number,currency,count,sum\nC1,EUR,2,150.50\nC1,JPY,0,0\n",
		"\xef\xbb\xbfcustomer_number,currency,count,sum\r\nC1,EUR,2,150.50\r\nC1,JPY,0,0",
		`[{"customer_number":"C1","currency":"EUR","count":2,"sum":"150.50"},{"customer_number":"C1","currency":"JPY","count":0,"sum":"0"}]`,
		"  \n[{\"customer_number\":\"C1\",\"currency\":\"EUR\",\"count\":2,\"sum\":\"150.50\"},\n{\"customer_number\":\"C1\",\"currency\":\"JPY\",\"count\":0,\"sum\":\"0\"}]",
	} {
		got, err := intake.ReadControls(strings.NewReader(text))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestControlFilesThatProveNothing(t *testing.T) {
	t.Parallel()
	const header = "customer_number,currency,count,sum\n"
	cases := []struct{ text, path string }{
		{"", "line 1"},
		{"customer,currency,count,sum\n", "line 1"},
		{"customer_number,currency,count\n", "line 1"},
		{header + "C1,EUR,1\n", "line 2"},
		{header + "C1,EUR,1,x\n", "line 2"},
		{header + "C1,EUR,1,-1\n", "line 2"},
		{header + "C1,EUR,-1,1\n", "line 2"},
		{header + "C1,EUR,one,1\n", "line 2"},
		{header + "C1,XXX,1,1\n", "line 2"},
		{header + ",EUR,1,1\n", "line 2"},
		{header + "C1,EUR,1,1\nC1,EUR,1,1\n", "line 3"},
		{header + "\"C1,EUR,1,1\n", "line 2"},
		{"[{]", "[0]"},
		{"[{\"customer_number\":\"C1\",\"currency\":\"EUR\",\"sum\":\"1\"}]", "[0]"},
		{"[{\"customer_number\":\"C1\",\"currency\":\"EUR\",\"count\":1,\"sum\":1}]", "[0]"},
		{"[{\"customer_number\":\"C1\",\"currency\":\"EUR\",\"count\":1,\"sum\":\"1\",\"x\":1}]", "[0]"},
		{"[{\"customer_number\":\"C1\",\"currency\":\"EUR\",\"count\":1,\"sum\":\"1\"}", "[1]"},
	}
	for _, c := range cases {
		_, err := intake.ReadControls(strings.NewReader(c.text))
		require.Equal(t, intake.CodeMalformedControl, fault.CodeOf(err), c.text)
		require.Equal(t, []string{c.path}, paths(err), c.text)
	}
	broken := errors.New("the disk is gone")
	_, err := intake.ReadControls(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
}

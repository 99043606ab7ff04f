package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/fault"
	"arrears/domain/remittance"
	"arrears/domain/remittance/camt"
	"arrears/port"
)

// bankSamples are the credits, debits and alarms of the shared samples that are loaded.
func bankSamples() map[string][3]int64 {
	return map[string][3]int64{
		"citi.bai2":                             {1, 0, 1},
		"moov-sample1.txt":                      {5, 12, 0},
		"moov-sample2.txt":                      {4, 0, 4},
		"moov-sample3.txt":                      {13, 13, 0},
		"genkgo-camt053.v2.minimal.xml":         {1, 0, 1},
		"genkgo-camt053.v2.multi.statement.xml": {1, 1, 0},
		"genkgo-camt053.v4.xml":                 {1, 0, 1},
		"genkgo-camt053.v8.xml":                 {0, 0, 1},
		"genkgo-camt054.v4.xml":                 {3, 0, 2},
		"viafintech-053-valid.xml":              {1, 4, 0},
		"viafintech-054-valid.xml":              {3, 2, 0},
		"test_lockbox.bai":                      {1, 0, 0},
		"jejik-abnamro.txt":                     {0, 10, 2},
		"jejik-generic.txt":                     {0, 2, 0},
		"jejik-ing-unix.txt":                    {2, 5, 4},
		"jejik-rabobank-iban.txt":               {0, 4, 0},
		"self-provided__february_30.sta":        {0, 1, 0},
		"self-provided__malformed_details.sta":  {0, 1, 1},
	}
}

// refusedSamples are the codes of those of which nothing can be loaded.
func refusedSamples() map[string]string {
	return map[string]string{
		"genkgo-camt053.v2.wrong.xml": camt.CodeNoStatement,
		"betterplace__empty_86.sta":   remittance.CodeUnknownFormat,
	}
}

// Each shared sample goes through the whole load: it is refused at the door, refused when read, or recorded with its cash
// proven, and once more in other bytes it changes nothing.
func TestSamplesOfBanksLoad(t *testing.T) {
	t.Parallel()
	root := filepath.Join(filepath.Dir(cashSamples(t)), "bank")
	v := openVault(t)
	files, err := filepath.Glob(filepath.Join(root, "*", "*"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	loaded := 0
	for _, path := range files {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		in := app.NewBankFile{Filename: filepath.Base(path), Source: "folder"}
		in.Content = bytes.NewReader(content)
		f, err := v.app.ReceiveBankFile(t.Context(), clerkOne, in)
		if err != nil {
			require.Equal(t, fault.Invalid, fault.KindOf(err), "%s: %v", path, err)
			continue
		}
		f = v.goOn(f.ID)
		if f.State == port.BankFileRefused {
			require.Equal(t, refusedSamples()[f.Filename], f.RefusedCode, path)
			continue
		}
		loaded++
		if want, known := bankSamples()[f.Filename]; known {
			require.Equal(t, want, [3]int64{f.Counts.Credits, f.Counts.Debits, f.Counts.Alarms}, path)
		}
		before := v.number(`SELECT count(*) FROM receipts`)
		in.Content = bytes.NewReader(append(content, '\n'))
		if again, err := v.app.ReceiveBankFile(t.Context(), clerkOne, in); err == nil {
			v.goOn(again.ID)
			require.Equal(t, before, v.number(`SELECT count(*) FROM receipts`), path)
		}
	}
	require.GreaterOrEqual(t, loaded, len(bankSamples()))
	v.moneyLaws()
}

package formats_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/domain/remittance"
	"arrears/domain/remittance/formats"
	"arrears/domain/remittance/internal/rtest"
)

var atLine = regexp.MustCompile(`^line \d+, `)

// told says in few words what a sample is read as: its format with the numbers of statements, payments and advices, then each
// problem, or why all of it is refused.
func told(t *testing.T, path string) []string {
	t.Helper()
	in, err := os.Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, in.Close()) }()
	var c remittance.Collector
	format, err := formats.Read(in, formats.Options{}, remittance.Check(&c))
	said := []string{fmt.Sprintf("%s %d %d %d", format, len(c.Statements), len(c.Transactions), len(c.Advices))}
	for _, p := range c.Problems {
		said = append(said, fmt.Sprintf("%s line %d, %s %s", p.Severity, p.Line, p.Field, strings.TrimPrefix(p.Code, "remittance.")))
	}
	var refused *fault.Error
	if errors.As(err, &refused) {
		said = append(said, atLine.FindString(refused.Message)+strings.TrimPrefix(refused.Code, "remittance."))
	} else {
		require.NoError(t, err)
	}
	return said
}

// samples are all of them: the format, how many statements, payments and advices, and what is wrong.
func samples() map[string][]string {
	return map[string][]string{
		"bank/bai2/citi.bai2":            {"bai2 1 1 0", "alarm line 3, balance balance_differs"},
		"bank/bai2/moov-parse-error.txt": {" 0 0 0", "line 1, unknown_format"},
		"bank/bai2/moov-sample1.txt":     {"bai2 2 17 0", "warning line 3, balance no_balance", "warning line 17, balance no_balance"},
		"bank/bai2/moov-sample2.txt": {
			"bai2 5 4 0", "warning line 3, balance no_balance", "warning line 7, balance no_balance", "alarm line 7, credits total_differs",
			"alarm line 7, debits total_differs", "warning line 14, balance no_balance", "alarm line 14, credits total_differs",
			"alarm line 14, debits total_differs", "warning line 22, balance no_balance", "warning line 27, balance no_balance",
		},
		"bank/bai2/moov-sample3.txt":                      {"bai2 15 26 0", "warning line 19, 16 unknown_element"},
		"bank/camt/genkgo-camt053.v2.minimal.xml":         {"camt 1 1 0", "alarm line 26, balance currency_differs"},
		"bank/camt/genkgo-camt053.v2.multi.statement.xml": {"camt 2 2 0"},
		"bank/camt/genkgo-camt053.v2.wrong.xml":           {"camt 0 0 0", "line 3, no_statement"},
		"bank/camt/genkgo-camt053.v4.xml":                 {"camt 1 1 0", "alarm line 30, balance currency_differs"},
		"bank/camt/genkgo-camt053.v8.xml":                 {"camt 1 1 0", "alarm line 30, balance currency_differs"},
		"bank/camt/genkgo-camt054.v4.xml":                 {"camt 1 3 0", "alarm line 63, TxDtls/Amt currency_differs", "alarm line 63, Btch/NbOfTxs count_differs"},
		"bank/camt/viafintech-053-valid.xml":              {"camt 1 5 0"},
		"bank/camt/viafintech-054-valid.xml":              {"camt 1 5 0"},
		"bank/lockbox/test_lockbox.bai":                   {"lockbox 1 1 0"},
		"bank/mt940/betterplace__empty_86.sta":            {"mt940 0 0 0", "line 1, unknown_format"},
		"bank/mt940/jejik-abnamro.txt":                    {"mt940 2 10 0", "alarm line 4, balance balance_differs", "alarm line 32, balance balance_differs"},
		"bank/mt940/jejik-generic.txt":                    {"mt940 2 2 0"},
		"bank/mt940/jejik-ing-unix.txt": {
			"mt940 1 7 0", "alarm line 4, balance balance_differs", "alarm line 4, debits count_differs", "alarm line 4, credits total_differs",
			"alarm line 4, debits total_differs",
		},
		"bank/mt940/jejik-rabobank-iban.txt":              {"mt940 2 4 0"},
		"bank/mt940/self-provided__february_30.sta":       {"mt940 1 1 0", "warning line 6, :61: bad_date"},
		"bank/mt940/self-provided__malformed_details.sta": {"mt940 1 1 0", "alarm line 1, balance balance_differs"},
		"remittance/mail/1_exact_lockbox.txt":             {"mail 0 0 1", "warning line 8, amount assumed"},
		"remittance/mail/2_multi_820.edi":                 {"x12 0 0 1", "alarm line 14, SE01 count_differs"},
		"remittance/mail/3_short_damage_email.eml":        {"mail 0 0 1"},
		"remittance/mail/4_overpay_lockbox.txt":           {"mail 0 0 1", "warning line 8, amount assumed"},
		"remittance/mail/customers.csv":                   {" 0 0 0", "line 1, unknown_format"},
		"remittance/mail/invoices.csv":                    {" 0 0 0", "line 1, unknown_format"},
		"remittance/x12-812/x12types_812_full.edi":        {"x12 0 0 1", "warning line 2, BCD04 no_total"},
		"remittance/x12-820/x12types_820_01.edi":          {"x12 0 0 1", "alarm line 17, BPR02 lines_differ"},
		"remittance/x12-820/x12types_820_02.edi":          {"x12 0 0 1"},
		"remittance/x12-820/x12types_820_03.edi":          {"x12 0 0 1", "alarm line 1, ISA15 unsupported_status", "alarm line 1, SE01 count_differs"},
	}
}

// Every public sample of a bank's file and of an advice comes through the one door and is read, or refused at a line with a code.
func TestEverySample(t *testing.T) {
	t.Parallel()
	root, _, _ := strings.Cut(rtest.Shared(t, "bank/camt/genkgo-camt053.v4.xml").Name(), "bank/camt")
	got := map[string][]string{}
	for _, dir := range []string{"bank", "remittance"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				name, err := filepath.Rel(root, path)
				require.NoError(t, err)
				got[filepath.ToSlash(name)] = told(t, path)
			}
			return err
		}))
	}
	require.Empty(t, cmp.Diff(samples(), got))
}

package app_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/money"
	"arrears/domain/remittance"
	"arrears/port"
)

// unnamed is a BAI2 file that names no currency: it means US dollars.
func unnamed(file string) string { return strings.ReplaceAll(file, "EUR", "") }

// confirmBAI2 says that an account of bai2 is ours.
func (v *vault) confirmBAI2(number string) {
	v.t.Helper()
	_, err := v.app.ConfirmBankAccount(v.t.Context(), v.supervisor, remittance.Account{Other: number, Bank: "SENDER"})
	require.NoError(v.t, err)
}

// currency is what is known of an account.
func (v *vault) currency(number string) money.Currency {
	v.t.Helper()
	a, err := v.app.BankAccount(v.t.Context(), v.reader, v.account(v.keyLike(number)))
	require.NoError(v.t, err)
	return a.Currency
}

// A file that names no currency is read in that of its format. Of an account that is known in another nothing is applied by itself.
func TestAFileThatNamesNoCurrency(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	v.confirmBAI2("W")
	v.load(bai2("W", 1, day("2026-03-02"), entry{minor: 100_00, ref: "B1", text: "nothing"}))
	require.Equal(t, money.Currency("EUR"), v.currency("W"), "the first file that names it tells it")

	owed := v.owedDollars("R-1001", 400_00)
	f := v.load(unnamed(bai2("W", 1, day("2026-03-03"), entry{minor: 400_00, ref: "B2", text: "R-1001"})))
	require.Equal(t, []int64{0, 1}, []int64{f.Counts.Applied, f.Counts.Alarms})
	require.Contains(t, v.problems(f.ID), remittance.CodeCurrencyDiffers)
	require.Len(t, v.exceptions(port.ExceptionAlarm), 1)
	v.amounts(owed.Items[0], 0, 0, 0, 0, 400_00, 0)
	require.Equal(t, money.Currency("EUR"), v.currency("W"))

	_, err := v.app.OverrideStatement(t.Context(), v.supervisor, v.statements(f.ID)[0].ID, "the bank says dollars")
	require.NoError(t, err)
	require.EqualValues(t, 1, v.goOn(f.ID).Counts.Applied, "a person has said so")
	v.moneyLaws()
}

// What was read in the format's currency teaches the account nothing; the first file that names another one is an alarm, once.
func TestACurrencyThatIsNamedLater(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	v.confirmBAI2("L")
	dollars := v.owedDollars("R-1001", 400_00)
	f := v.load(unnamed(bai2("L", 1, day("2026-03-02"), entry{minor: 400_00, ref: "B1", text: "R-1001"})))
	require.Equal(t, []int64{1, 0}, []int64{f.Counts.Applied, f.Counts.Alarms}, "nothing says that the account is in another")
	v.amounts(dollars.Items[0], 400_00, 0, 0, 0, 0, 0)
	require.Empty(t, v.currency("L"))

	euros := v.owed("R-1002", 500_00)
	f = v.load(bai2("L", 1, day("2026-03-03"), entry{minor: 500_00, ref: "B2", text: "R-1002"}))
	require.Equal(t, []int64{0, 1}, []int64{f.Counts.Applied, f.Counts.Alarms})
	require.Equal(t, 1, len(slices.DeleteFunc(v.problems(f.ID), func(code string) bool { return code != remittance.CodeCurrencyDiffers })))
	v.amounts(euros.Items[0], 0, 0, 0, 0, 500_00, 0)
	require.Equal(t, money.Currency("EUR"), v.currency("L"))

	more := v.owed("R-1003", 600_00)
	f = v.load(bai2("L", 1, day("2026-03-04"), entry{minor: 600_00, ref: "B3", text: "R-1003"}))
	require.Equal(t, []int64{1, 0}, []int64{f.Counts.Applied, f.Counts.Alarms}, "it was told")
	v.amounts(more.Items[0], 600_00, 0, 0, 0, 0, 0)
	f = v.load(unnamed(bai2("L", 1, day("2026-03-05"), entry{minor: 700_00, ref: "B4", text: "nothing"})))
	require.EqualValues(t, 1, f.Counts.Alarms)
	v.moneyLaws()
}

// A lockbox names no currency at all.
func TestALockboxOnAnAccountInAnotherCurrency(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	v.confirm("0001234")
	v.load(sheet{kind: "054", account: "0001234", list: []entry{{minor: 100_00, ref: "B1", text: "nothing"}}}.String())
	owed := v.owedDollars("R-40000", 400_00)
	f := v.load(lockbox("0001234", []int64{400_00}))
	require.Zero(t, f.Counts.Applied)
	require.Contains(t, v.problems(f.ID), remittance.CodeCurrencyDiffers)
	v.amounts(owed.Items[0], 0, 0, 0, 0, 400_00, 0)
	v.moneyLaws()
}

// An advice without a currency is one in US dollars, and is about no money in another.
func TestAnAdviceThatNamesNoCurrency(t *testing.T) {
	t.Parallel()
	v := openVault(t)
	v.confirm("OURS")
	owed := v.owed("R-1001", 400_00)
	advice := "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260302*1200*U*00401*000000001*0*P*>~GS*RA*S*R*20260302*1200*1*X*004010~" +
		"ST*820*0001~BPR*C*400.00*C*ACH*CTX*01*121000001*DA*1*1234567890**01*121000002*DA*2*20260302~TRN*1*T-1~ENT*1~RMR*IV*R-1001**400.00~SE*6*0001~GE*1*1~IEA*1*000000001~"
	f, err := v.app.ReceiveBankFile(t.Context(), clerkOne, app.NewBankFile{Filename: "advice", Format: "x12", Source: "api", Content: strings.NewReader(advice)})
	require.NoError(t, err)
	f = v.goOn(f.ID)
	require.Equal(t, []int64{1, 0}, []int64{f.Counts.Advices, f.Counts.Alarms}, "%s %v", f.RefusedText, v.problems(f.ID))
	g := v.load(sheet{kind: "053", account: "OURS", list: []entry{{minor: 400_00, ref: "T-1", by: "somebody"}}}.String())
	require.Zero(t, g.Counts.Applied)
	v.amounts(owed.Items[0], 0, 0, 0, 0, 400_00, 0)
	require.Equal(t, int64(1), v.number(`SELECT count(*) FROM remittances WHERE state = 'waiting' AND currency = 'USD'`))
	v.moneyLaws()
}

package camt_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/domain/remittance"
	"arrears/domain/remittance/camt"
	"arrears/domain/remittance/internal/rtest"
)

func sample(t *testing.T, name string) *remittance.Collector {
	t.Helper()
	return read(t, rtest.Shared(t, "bank/camt/"+name))
}

func TestSampleOfTwoStatements(t *testing.T) {
	t.Parallel()
	c := sample(t, "genkgo-camt053.v2.multi.statement.xml")
	require.Empty(t, c.Problems, "both balances add up")
	require.Len(t, c.Statements, 2)
	require.Len(t, c.Transactions, 2)
	require.Equal(t, []int{0, 1}, c.Of)
	first, second := c.Statements[0], c.Statements[1]
	require.Equal(t, "camt.053.001.02", first.Format)
	require.Equal(t, "253EURNL26VAYB8060476890", first.ID)
	require.Equal(t, "12312", first.Sequence)
	require.Equal(t, remittance.Copy, first.Status)
	require.Equal(t, remittance.Update, second.Status)
	require.Equal(t, "NL26VAYB8060476890", first.Account.IBAN)
	require.Equal(t, "2007-10-18", first.From.String())
	require.EqualValues(t, 1815, first.Opening.Minor)
	require.EqualValues(t, 2000, second.Closing.Minor)
	in, out := c.Transactions[0], c.Transactions[1]
	require.True(t, in.Credit)
	require.Empty(t, in.Payer.Name, "only the creditor is told, who was paid")
	require.Equal(t, "000000001", in.EndToEnd)
	require.False(t, out.Credit)
	require.Equal(t, "Company Name 2", out.Payer.Name)
	require.Equal(t, []string{"Transaction Description 2"}, out.Text)
	require.Equal(t, "2015-01-02", out.Entry.ValueOn.String())
}

func TestSamplesWithBalancesInSeveralCurrencies(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"genkgo-camt053.v2.minimal.xml", "genkgo-camt053.v4.xml", "genkgo-camt053.v8.xml"} {
		c := sample(t, name)
		require.Equal(t, []string{"alarm balance currency_differs"}, codes(c), name)
		require.Len(t, c.Transactions, 1)
		tx := c.Transactions[0]
		require.EqualValues(t, 885, tx.Minor, "the detail of zero in another currency is the entry: %s", name)
		require.EqualValues(t, "EUR", tx.Currency)
		require.Equal(t, "NAME NAME", tx.Payer.Name, name)
		require.Equal(t, "NL56AGDH9619008421", tx.Payer.Account.IBAN)
		require.Len(t, tx.Lines, 1)
		require.Equal(t, "4654654654654654", tx.Lines[0].Number)
		require.Equal(t, remittance.LineUnknown, tx.Lines[0].Kind)
	}
}

func TestSampleWithoutStatement(t *testing.T) {
	t.Parallel()
	var c remittance.Collector
	err := camt.Read(rtest.Shared(t, "bank/camt/genkgo-camt053.v2.wrong.xml"), remittance.Check(&c))
	require.Equal(t, camt.CodeNoStatement, fault.CodeOf(err), "nothing of the file can be loaded, so all of it is refused")
	require.Contains(t, err.Error(), "line 3, Stmt")
	require.Empty(t, c.Statements)
}

func TestSampleOfABatchThatContradictsItself(t *testing.T) {
	t.Parallel()
	c := sample(t, "genkgo-camt054.v4.xml")
	require.Equal(t, []string{"alarm TxDtls/Amt currency_differs", "alarm Btch/NbOfTxs count_differs"}, codes(c))
	require.Len(t, c.Transactions, 3)
	require.Equal(t, remittance.Notification, c.Statements[0].Kind)
	require.Equal(t, "2", c.Statements[0].Page)
	require.True(t, c.Statements[0].LastPage)
	require.Equal(t, "UBSWCHZH80A", c.Statements[0].Account.Bank)
	first, third := c.Transactions[0], c.Transactions[2]
	require.Equal(t, 2, first.Entry.Parts)
	require.Equal(t, "PMNT/ICDT/DMCT", first.Entry.Code)
	require.EqualValues(t, 20_000_000, first.Entry.Minor)
	require.EqualValues(t, 310, first.Minor)
	require.True(t, first.Credit, "a detail has its own direction")
	require.Equal(t, "BANKCHZHXXX", first.Payer.Account.Bank)
	require.Equal(t, "ISR ref number V1", first.Lines[0].Number)
	require.Equal(t, []string{"Unstructured Remittance Information V3 block 1", "Unstructured Remittance Information V3 block 2"}, third.Text)
	require.Len(t, third.Lines, 2)
	require.Equal(t, "Additional Remittance Information V3 block 2", third.Lines[1].Words)
	require.Equal(t, "Order", third.Entry.Text)
}

func TestSampleOfAGermanBank(t *testing.T) {
	t.Parallel()
	c := sample(t, "viafintech-053-valid.xml")
	require.Empty(t, c.Problems, "33.06 - 2 - 3 + 1 - 6 = 23.06, from the previous closing")
	require.Len(t, c.Transactions, 5)
	s := c.Statements[0]
	require.Equal(t, "GENODEF1PFK", s.Account.Bank)
	require.Equal(t, "Testkonto Nummer 1", s.Account.Name)
	require.EqualValues(t, 3306, s.Opening.Minor)
	require.Empty(t, s.Page)
	require.Equal(t, "2013-12-27", s.To.String(), "the closing balance's day")
	first := c.Transactions[0]
	require.Equal(t, "2013122710583450000", first.Entry.Reference)
	require.Equal(t, "BankReference", first.Reference)
	require.Equal(t, "MandateReference", first.Mandate)
	require.Equal(t, "NTRF+020", first.Entry.Code, "the entry has none, its detail does")
	require.Equal(t, "CreditorIdentifier", first.Payer.ID)
	require.Equal(t, "DAAEDEDDXXX", first.Payer.Account.Bank)
	require.Contains(t, first.Entry.Text, "Überweisungs-Gutschrift")
	require.Empty(t, c.Transactions[1].EndToEnd, "not provided is none")
	require.Equal(t, "740618130100033626", c.Transactions[2].Payer.Account.Other)
	batch := c.Transactions[3:]
	require.Equal(t, []int64{350, 250}, []int64{batch[0].Minor, batch[1].Minor})
	require.Equal(t, []int{1, 2}, []int{batch[0].Part, batch[1].Part})
	require.Equal(t, 2, batch[0].Entry.Parts)
}

func TestSampleOfSwissReturns(t *testing.T) {
	t.Parallel()
	c := sample(t, "viafintech-054-valid.xml")
	require.Empty(t, c.Problems)
	require.Len(t, c.Transactions, 5)
	back := c.Transactions[3]
	require.False(t, back.Credit, "a reversal has the direction on the account")
	require.True(t, back.Entry.Reversal)
	require.NotNil(t, back.Return)
	require.Equal(t, "MD06", back.Return.Code)
	require.Equal(t, "EndToEnd-2B6C-CHDDBB5", back.Return.EndToEnd)
	require.Equal(t, "Lastschrift-Widerspruch durch den Zahlungspflichtigen", back.Return.Text)
	require.Equal(t, "Bernasconi Maria", back.Payer.Name, "the parties are those of the collection")
	require.Equal(t, "POFICHBEXXX", back.Payer.Account.Bank)
	require.Zero(t, back.ChargesMinor, "the charge was booked apart")
	require.Nil(t, c.Transactions[0].Return)
	require.Equal(t, "Rutschmann Pia", c.Transactions[0].Payer.Name)
}

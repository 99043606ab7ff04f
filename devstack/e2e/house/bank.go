package house

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/remittance"
	"arrears/port"
)

// OurAccount is the account of the installation's statements.
const OurAccount = "DE89370400440532013000"

// Booking is one credit, or one debit when it is negative, of a statement.
type Booking struct {
	Minor     int64
	Payer     string
	Account   string // IBAN of the payer
	Reference string // the bank's, unique
	Text      string
	Return    string // the code of a return; then EndToEnd or Reference names the payment that comes back
	EndToEnd  string
}

// Statement writes a camt.053 of one day in euros that proves itself: closing is opening and what was booked.
func Statement(on calendar.Date, sequence int, opening int64, list ...Booking) []byte {
	var entries strings.Builder
	closing := opening
	for _, b := range list {
		mark, party := "CRDT", "Dbtr"
		if b.Minor < 0 {
			mark, party = "DBIT", "Cdtr"
		}
		closing += b.Minor
		back := ""
		if b.Return != "" {
			back = "<RtrInf><Rsn><Cd>" + b.Return + "</Cd></Rsn></RtrInf>"
		}
		fmt.Fprintf(&entries, `<Ntry><Amt Ccy="EUR">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>%s</Dt></BookgDt>
<ValDt><Dt>%s</Dt></ValDt><AcctSvcrRef>%s</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>%s</EndToEndId></Refs>
<RltdPties><%s><Pty><Nm>%s</Nm></Pty></%s><%sAcct><Id><IBAN>%s</IBAN></Id></%sAcct></RltdPties>
<RmtInf><Ustrd>%s</Ustrd></RmtInf>%s</TxDtls></NtryDtls></Ntry>
`, decimal(max(b.Minor, -b.Minor)), mark, on, on, b.Reference, orElse(b.EndToEnd, "NOTPROVIDED"), party, b.Payer, party, party,
			orElse(b.Account, "DE02120300000000202051"), party, b.Text, back)
	}
	return []byte(fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M%d</MsgId><CreDtTm>%sT20:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>S%d</Id><ElctrncSeqNb>%d</ElctrncSeqNb><CreDtTm>%sT20:00:00Z</CreDtTm><FrToDt><FrDtTm>%sT00:00:00Z</FrDtTm><ToDtTm>%sT23:59:59Z</ToDtTm></FrToDt>
<Acct><Id><IBAN>%s</IBAN></Id><Ccy>EUR</Ccy></Acct>
%s%s%s</Stmt></BkToCstmrStmt></Document>`, sequence, on, sequence, sequence, on, on, on, OurAccount,
		balanceOf("OPBD", opening, on), balanceOf("CLBD", closing, on), entries.String()))
}

func balanceOf(code string, minor int64, on calendar.Date) string {
	mark := "CRDT"
	if minor < 0 {
		mark = "DBIT"
	}
	return fmt.Sprintf(`<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Dt><Dt>%s</Dt></Dt></Bal>
`, code, decimal(max(minor, -minor)), mark, on)
}

func decimal(minor int64) string { return fmt.Sprintf("%d.%02d", minor/100, minor%100) }

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// ConfirmAccount says that the statements' account is ours.
func (h *House) ConfirmAccount() port.BankAccount {
	h.t.Helper()
	a, err := h.App.ConfirmBankAccount(h.t.Context(), Clerk, remittance.Account{IBAN: OurAccount})
	require.NoError(h.t, err)
	return a
}

// Load hands a file in; its workflow does the rest.
func (h *House) Load(file []byte) port.BankFile {
	h.t.Helper()
	f, err := h.App.ReceiveBankFile(h.t.Context(), Clerk, app.NewBankFile{Filename: "statement.xml", Source: "api", Content: strings.NewReader(string(file))})
	require.NoError(h.t, err)
	return f
}

// BankFile reads one.
func (h *House) BankFile(id uuid.UUID) port.BankFile {
	h.t.Helper()
	f, err := h.App.BankFile(h.t.Context(), Clerk, id)
	require.NoError(h.t, err)
	return f
}

// AwaitLoaded waits until a file is done, and returns it.
func (h *House) AwaitLoaded(f port.BankFile) port.BankFile {
	h.t.Helper()
	h.UntilLong("the bank file is loaded", func() bool { return h.BankFile(f.ID).FinishedAt != nil })
	f = h.BankFile(f.ID)
	require.Equal(h.t, port.BankFileDone, f.State, f.RefusedText)
	return f
}

// CashProven proves the receipt law against the bank's movement: every credit of the account is recorded, once.
func (h *House) CashProven(account uuid.UUID) {
	h.t.Helper()
	days, err := h.App.CashProof(h.t.Context(), Clerk, account, h.Today().AddDays(-300), h.Today().AddDays(50))
	require.NoError(h.t, err)
	for _, d := range days {
		require.Zero(h.t, d.Difference(), "%s: the bank moved %d, recorded are %d (minor units of %s)", d.On, d.CreditMinor, d.RecordedMinor, d.Currency)
	}
}

package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/remittance"
	"arrears/port"
)

// vault is a till that reads files of banks.
type vault struct{ *till }

func openVault(t *testing.T) *vault {
	t.Helper()
	return &vault{openTill(t)}
}

// receive hands a file in.
func (v *vault) receiveFile(content string) port.BankFile {
	v.t.Helper()
	f, err := v.app.ReceiveBankFile(v.t.Context(), clerkOne, app.NewBankFile{Filename: "file", Source: "api", Content: strings.NewReader(content)})
	require.NoError(v.t, err)
	return f
}

// goOn does what is left to do for a file.
func (v *vault) goOn(id uuid.UUID) port.BankFile {
	v.t.Helper()
	require.NoError(v.t, v.app.LoadBankFile(v.t.Context(), id, func() {}))
	f, err := v.app.BankFile(v.t.Context(), v.reader, id)
	require.NoError(v.t, err)
	require.NotNil(v.t, f.FinishedAt)
	return f
}

// load hands a file in and loads it.
func (v *vault) load(content string) port.BankFile {
	v.t.Helper()
	f := v.goOn(v.receiveFile(content).ID)
	require.Equal(v.t, port.BankFileDone, f.State, "%s: %s", f.RefusedCode, f.RefusedText)
	return f
}

func (v *vault) confirm(number string) port.BankAccount {
	v.t.Helper()
	a, err := v.app.ConfirmBankAccount(v.t.Context(), v.supervisor, remittance.Account{Other: number})
	require.NoError(v.t, err)
	return a
}

// account finds one by its key.
func (v *vault) account(key string) uuid.UUID {
	v.t.Helper()
	var id uuid.UUID
	require.NoError(v.t, v.conn.QueryRow(v.t.Context(), `SELECT id FROM bank_accounts WHERE key = $1`, key).Scan(&id))
	return id
}

// books are the standing credits of an account: how many entries, and what they sum up to.
func (v *vault) books(key string) [2]int64 {
	v.t.Helper()
	id := v.account(key)
	v.proven(id)
	return [2]int64{
		v.number(`SELECT count(DISTINCT key) FROM bank_entries WHERE account_id = $1 AND credit AND gone_by IS NULL AND outcome <> 'detailed'`, id),
		v.number(`SELECT coalesce(sum(amount_minor), 0)::bigint FROM bank_entries WHERE account_id = $1 AND credit AND gone_by IS NULL AND outcome <> 'detailed'`, id),
	}
}

// proven asserts the cash proof of each of an account's days.
func (v *vault) proven(id uuid.UUID) {
	v.t.Helper()
	days, err := v.app.CashProof(v.t.Context(), v.reader, id, day("2025-06-01"), day("2026-06-01"))
	require.NoError(v.t, err)
	for _, d := range days {
		require.Zero(v.t, d.Difference()+d.GoneMinor, "a receipt of what is gone stands until a person reverses it: %+v", d)
	}
}

// exceptions are the kinds of what waits for a clerk, of files as a whole.
func (v *vault) exceptions(kind string) []port.CashException {
	v.t.Helper()
	var items []port.CashException
	require.NoError(v.t, v.db.Read(v.t.Context(), func(ctx context.Context, tx port.Tx) error {
		list, err := tx.ListExceptions(ctx, port.CashExceptionFilter{Kind: kind}, port.Page{})
		items = list.Items
		return err
	}))
	return items
}

// problems are the codes of what is wrong with a file.
func (v *vault) problems(id uuid.UUID) (codes []string) {
	v.t.Helper()
	list, err := v.app.ListBankProblems(v.t.Context(), v.reader, id, port.Page{})
	require.NoError(v.t, err)
	for _, p := range list.Items {
		codes = append(codes, p.Code)
	}
	return codes
}

func (v *vault) statements(id uuid.UUID) []port.BankStatement {
	v.t.Helper()
	list, err := v.app.ListBankStatements(v.t.Context(), v.reader, port.BankStatementFilter{FileID: v.id(id)}, port.Page{})
	require.NoError(v.t, err)
	return list.Items
}

// entry is a booking in a file; an amount below 0 leaves the account.
type entry struct {
	minor         int64
	ref, e2e, by  string
	text, on, ret string
	status        string
	parts         []int64
}

// sheet is an ISO 20022 file of one statement.
type sheet struct {
	kind, account string // 053, 052, 054
	from, to      string
	seq, page     int
	last          bool
	open, close   *int64
	list          []entry
	suffix        string
}

func (s sheet) String() string {
	body, tag := map[string][2]string{
		"053": {"BkToCstmrStmt", "Stmt"}, "052": {"BkToCstmrAcctRpt", "Rpt"}, "054": {"BkToCstmrDbtCdtNtfctn", "Ntfctn"},
	}[s.kind][0], map[string]string{"053": "Stmt", "052": "Rpt", "054": "Ntfctn"}[s.kind]
	var b strings.Builder
	to := or(s.to, "2026-03-02")
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.%s.001.08"><%s><GrpHdr><MsgId>M</MsgId><CreDtTm>%sT20:00:00Z</CreDtTm></GrpHdr><%s><Id>S</Id>`,
		s.kind, body, to, tag)
	if s.page > 0 {
		fmt.Fprintf(&b, `<StmtPgntn><PgNb>%d</PgNb><LastPgInd>%t</LastPgInd></StmtPgntn>`, s.page, s.last)
	}
	if s.seq > 0 {
		fmt.Fprintf(&b, `<ElctrncSeqNb>%d</ElctrncSeqNb>`, s.seq)
	}
	fmt.Fprintf(&b, `<CreDtTm>%sT20:00:00Z</CreDtTm><FrToDt><FrDtTm>%sT00:00:00Z</FrDtTm><ToDtTm>%sT23:59:59Z</ToDtTm></FrToDt>
<Acct><Id><Othr><Id>%s</Id></Othr></Id><Ccy>EUR</Ccy></Acct>`, to, or(s.from, to), to, s.account)
	for code, minor := range map[string]*int64{"OPBD": s.open, "CLBD": s.close} {
		if minor != nil {
			fmt.Fprintf(&b, `<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp>%s<Dt><Dt>%s</Dt></Dt></Bal>`, code, amount(*minor), to)
		}
	}
	for _, e := range s.list {
		b.WriteString(e.camt(to))
	}
	fmt.Fprintf(&b, `</%s></%s></Document>%s`, tag, body, s.suffix)
	return b.String()
}

func (e entry) camt(to string) string {
	on := or(e.on, to)
	var b strings.Builder
	fmt.Fprintf(&b, `<Ntry>%s<Sts><Cd>%s</Cd></Sts><BookgDt><Dt>%s</Dt></BookgDt><ValDt><Dt>%s</Dt></ValDt>`, amount(e.minor), or(e.status, "BOOK"), on, on)
	if e.ref != "" {
		fmt.Fprintf(&b, `<AcctSvcrRef>%s</AcctSvcrRef>`, e.ref)
	}
	details := e.parts
	if details == nil && e.e2e+e.by+e.text+e.ret != "" {
		details = []int64{e.minor}
	}
	if len(details) > 0 {
		b.WriteString(`<NtryDtls>`)
		for n, minor := range details {
			e2e := e.e2e
			if len(details) > 1 {
				e2e = fmt.Sprintf("%s-%d", e.e2e, n)
			}
			fmt.Fprintf(&b, `<TxDtls><Refs><EndToEndId>%s</EndToEndId></Refs>%s<RltdPties><Dbtr><Pty><Nm>%s</Nm></Pty></Dbtr></RltdPties>%s%s</TxDtls>`,
				or(e2e, "NOTPROVIDED"), amount(minor), e.by, wrapped(`<RmtInf><Ustrd>%s</Ustrd></RmtInf>`, e.text),
				wrapped(`<RtrInf><Rsn><Cd>%s</Cd></Rsn></RtrInf>`, e.ret))
		}
		b.WriteString(`</NtryDtls>`)
	}
	return b.String() + "</Ntry>\n"
}

func wrapped(format, s string) string {
	if s == "" {
		return ""
	}
	return fmt.Sprintf(format, s)
}

func amount(minor int64) string {
	mark := "CRDT"
	if minor < 0 {
		mark = "DBIT"
	}
	return fmt.Sprintf(`<Amt Ccy="EUR">%s</Amt><CdtDbtInd>%s</CdtDbtInd>`, majors(minor), mark)
}

func majors(minor int64) string {
	minor = max(minor, -minor)
	return fmt.Sprintf("%d.%02d", minor/100, minor%100)
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func balanceAt(minor int64) *int64 { return &minor }

// bai2 writes a file of one group of one account: status 1 update, 2 deletion, 3 correction, 4 test.
func bai2(account string, status int, on calendar.Date, list ...entry) string {
	short := strings.ReplaceAll(on.String()[2:], "-", "")
	var b strings.Builder
	var total int64
	fmt.Fprintf(&b, "01,SENDER,RECEIVER,%s,0800,%d,,,2/\n02,RECEIVER,SENDER,%d,%s,,EUR,2/\n03,%s,EUR,,,,/\n", short, status, status, short, account)
	for _, e := range list {
		code := 142
		if e.minor < 0 {
			code = 451
		}
		if e.ret != "" {
			_, _ = fmt.Sscan(e.ret, &code)
		}
		minor := max(e.minor, -e.minor)
		total += minor
		fmt.Fprintf(&b, "16,%d,%d,,%s,%s,%s/\n", code, minor, e.ref, e.e2e, e.text)
	}
	n := len(list)
	fmt.Fprintf(&b, "49,%d,%d/\n98,%d,1,%d/\n99,%d,1,%d/\n", total, n+2, total, n+4, total, n+6)
	return b.String()
}

package activities_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/dispute"
	"arrears/domain/notice"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/internal/testkit"
	"arrears/internal/testkit/pump"
	"arrears/workflows/contract"
)

// copied is an invoice that is due on 1 February and has a copy with the content "the copy", under a policy.
func copied(t *testing.T, p *pump.Pump, pol policy.Policy) (receivable.Invoice, receivable.Document) {
	t.Helper()
	p.Mail.ComposeWith = plain
	c := p.Customer("1001")
	assign(t, p, c, pol)
	inv := p.Invoice(c, "R1", 100_00, "2024-02-01")
	doc, err := p.App.StoreDocument(t.Context(), pump.Admin, app.NewDocument{
		InvoiceID: valid(inv.ID), Kind: "invoice", Filename: "R1.txt", Content: strings.NewReader("the copy"),
	})
	require.NoError(t, err)
	return inv, doc
}

// heal brings a lost file back from somewhere.
func heal(t *testing.T, p *pump.Pump, content string) {
	t.Helper()
	_, err := p.App.ReceiveFile(t.Context(), pump.Admin, "text/plain", strings.NewReader(content))
	require.NoError(t, err)
}

func TestANoticeCarriesTheCopyOfItsInvoice(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	copied(t, p, ladder("first", remind("first", 5)))
	p.Through("2024-02-06")
	require.Len(t, p.Sent(), 1)
	require.Contains(t, string(p.Mail.Messages()[0].Raw), "attached R1.txt: the copy")
	require.Empty(t, p.Errors, "reading a file is no failure")
}

// What v0.1.0 stored lies in the database, and goes with the notice as before.
func TestANoticeCarriesACopyOfTheFirstRelease(t *testing.T) {
	t.Parallel()
	p, url := newPumpURL(t)
	_, doc := copied(t, p, ladder("first", remind("first", 5)))
	sql(t, url, `UPDATE documents SET content = 'the copy', filename = file_name, file_name = NULL`)
	require.NoError(t, p.Files.Delete(t.Context(), doc.SHA256))
	p.Through("2024-02-06")
	require.Contains(t, string(p.Mail.Messages()[0].Raw), "attached R1.txt: the copy")
}

// A copy that is lost parks the notice; nothing goes without it. When it is back, the notice goes on.
func TestANoticeWithoutItsCopyWaitsForAPerson(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	inv, doc := copied(t, p, ladder("first", remind("first", 5)))
	require.NoError(t, p.Files.Delete(t.Context(), doc.SHA256))
	p.Through("2024-02-07")
	require.Empty(t, p.Mail.Messages())
	tasks := p.Tasks("needs_attention")
	require.Len(t, tasks, 1)
	require.Contains(t, tasks[0].Summary, receivable.CodeFileMissing)

	heal(t, p, "the copy")
	require.NoError(t, p.App.WakeCase(t.Context(), pump.Boss, inv.ID))
	p.Through("2024-02-08")
	require.Contains(t, string(p.Mail.Messages()[0].Raw), "attached R1.txt: the copy")
}

// A draft is frozen with its copy: what happens to the file afterwards changes nothing of what was approved.
func TestADraftIsFrozenWithItsCopy(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	_, doc := copied(t, p, ladder("first", approved(remind("first", 5), policy.DeadlineRemind)))
	p.Through("2024-02-06")
	ap := oneApproval(t, p)
	require.NoError(t, p.Files.Delete(t.Context(), doc.SHA256))
	approve(t, p, ap)
	p.Through("2024-02-07")
	require.Len(t, p.Sent(), 1)
	require.Contains(t, string(p.Mail.Messages()[0].Raw), "attached R1.txt: the copy")
}

// The answer was lost: the frozen bytes go again, and nobody needs the file for that.
func TestALostAnswerNeedsNoFile(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	p.Mail.Answer = answers(notice.Unknown, notice.Accepted)
	copied(t, p, ladder("first", remind("first", 5)))
	p.Through("2024-02-06")
	sent := p.Mail.Messages()
	require.Len(t, sent, 2)
	require.Equal(t, sent[0], sent[1])
}

func TestADraftWithoutItsCopyWaitsForAPerson(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	inv, doc := copied(t, p, ladder("first", approved(remind("first", 5), policy.DeadlineRemind)))
	require.NoError(t, p.Files.Delete(t.Context(), doc.SHA256))
	p.Through("2024-02-06")
	require.Empty(t, p.OpenApprovals())
	require.Equal(t, receivable.CodeFileMissing, p.Case(inv.ID).AttentionCode)
	heal(t, p, "the copy")
	require.NoError(t, p.App.WakeCase(t.Context(), pump.Boss, inv.ID))
	p.Through("2024-02-07")
	oneApproval(t, p)
}

// A denial goes with its evidence or not at all: damaged, it waits for a person.
func TestADenialWithoutItsEvidenceWaitsForAPerson(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	_, d := withheld(t, p)
	p.RunUntilQuiet()
	before := len(p.Mail.Messages())
	deny(t, p, d)
	damage(t, p, "delivered in full")
	p.RunUntilQuiet()
	require.Len(t, p.Mail.Messages(), before)
	tasks := p.Tasks("needs_attention")
	require.Len(t, tasks, 1)
	require.Contains(t, tasks[0].Summary, receivable.CodeFileDamaged)
	_, running := p.Running(contract.KindDispute, d.ID)
	require.True(t, running)
}

// damage turns a byte of the file with this content.
func damage(t *testing.T, p *pump.Pump, content string) {
	t.Helper()
	whole, err := p.Files.Receive(t.Context(), strings.NewReader(content), 1<<20)
	require.NoError(t, err)
	require.NoError(t, p.Files.Drop(t.Context(), whole))
	turned := []byte(content)
	turned[len(turned)-1] ^= 1
	got, err := p.Files.Receive(t.Context(), bytes.NewReader(turned), 1<<20)
	require.NoError(t, err)
	got.SHA256 = whole.SHA256
	require.NoError(t, p.Files.Keep(t.Context(), got))
}

// Evidence beyond what a mail may carry is a person's to send; the mail does not go with a part of it.
func TestADenialWithTooMuchEvidenceIsAPersonsTask(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	_, d := withheld(t, p)
	p.RunUntilQuiet()
	prove(t, p, d)
	before := len(p.Mail.Messages())
	large, err := p.App.StoreDocument(t.Context(), pump.Admin, app.NewDocument{
		DisputeID: valid(d.ID), Kind: "proof_of_delivery", Filename: "scan.txt",
		Content: strings.NewReader(strings.Repeat("x", notice.MaxAttachmentBytes+1)),
	})
	require.NoError(t, err)
	decide(t, p, d, app.NewDecision{Kind: dispute.DecideInvalid, Evidence: []uuid.UUID{large.ID}})
	p.RunUntilQuiet()
	require.Len(t, p.Mail.Messages(), before)
	require.Contains(t, told(t, p, d.ID), "denial refused")
	require.Equal(t, valid(d.ID), p.Tasks("dispute_message")[0].DisputeID)
	require.Empty(t, p.Tasks("needs_attention"))
}

// The nightly work looks for the files, raises what is missing, and closes that again.
func TestTheNightLooksForFiles(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	p := pump.New(t, db, pump.Options{Nightly: true})
	_, doc := copied(t, p, ladder("first", remind("first", 50)))
	p.Through("2024-01-02")
	require.Empty(t, p.Tasks("census"))
	require.NoError(t, p.Files.Delete(t.Context(), doc.SHA256))
	p.Through("2024-01-03")
	tasks := p.Tasks("census")
	require.Len(t, tasks, 1)
	require.Contains(t, tasks[0].Summary, "document.file "+doc.ID.String())
	heal(t, p, "the copy")
	p.Through("2024-01-04")
	require.Equal(t, "resolved", p.Tasks("census")[0].Outcome)
}

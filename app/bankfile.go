package app

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/domain/remittance/formats"
	"arrears/port"
)

// MaxBankFile bounds a file of a bank in bytes.
const MaxBankFile int64 = 2 << 30

// sniffBankFile is how much of a file's beginning tells its format.
const sniffBankFile = formats.HeadSize

// NewBankFile is a file of a bank or payer as it comes in. The bytes are read from Content, or File is one that was received
// before.
type NewBankFile struct {
	Filename string // its base name, for the record
	Format   string // as formats names it; empty: it is found out
	Profile  string // the text of a CSV's profile; empty for any other format
	Source   string // api, cli or folder
	Content  io.Reader
	File     *DocumentFile
}

// ReceiveBankBytes reads a file to its end and keeps it by its sum. Until a bank file names it, it is swept away after a day.
// Errors: access.forbidden, bank_file.empty, document.too_large, document.store_unavailable, those of the reader.
func (a *App) ReceiveBankBytes(ctx context.Context, who access.Principal, in io.Reader) (DocumentFile, error) {
	if err := access.Require(who, access.CashWrite); err != nil {
		return DocumentFile{}, err
	}
	if a.files == nil {
		return DocumentFile{}, noFiles()
	}
	got, err := a.files.Receive(ctx, in, MaxBankFile)
	if err != nil {
		return DocumentFile{}, err
	}
	f := DocumentFile{SHA256: got.SHA256, Size: got.Size, MediaType: "application/octet-stream"}
	if got.Size == 0 {
		return f, errors.Join(errBankFileEmpty, a.files.Drop(ctx, got))
	}
	err = a.store.InTx(ctx, func(ctx context.Context, tx port.Tx) error { return tx.TouchFile(ctx, got.SHA256, got.Size) })
	if err != nil {
		return f, errors.Join(err, a.files.Drop(ctx, got))
	}
	return f, a.files.Keep(ctx, got)
}

var errBankFileEmpty = fault.New(fault.Invalid, "bank_file.empty", "the file is empty")

// ReceiveBankFile keeps a file and leaves its reconciliation to the engine. The same bytes again answer with the file that is
// there. Errors: access.forbidden, receivable.invalid, bank_file.empty, document.too_large, document.file_gone,
// remittance.unknown_format, document.store_unavailable, and those of a profile.
func (a *App) ReceiveBankFile(ctx context.Context, who access.Principal, in NewBankFile) (port.BankFile, error) {
	var f port.BankFile
	if err := access.Require(who, access.CashWrite); err != nil {
		return f, err
	}
	if err := in.check(); err != nil {
		return f, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return f, err
	}
	if in.File == nil {
		got, err := a.ReceiveBankBytes(ctx, who, in.Content)
		if err != nil {
			return f, err
		}
		in.File = &got
	}
	if err := a.looksReadable(ctx, in); err != nil {
		return f, err
	}
	f = port.BankFile{
		ID: id, SHA256: in.File.SHA256, Size: in.File.Size, Filename: in.Filename, Format: in.Format, Profile: in.Profile, Source: in.Source,
		State: port.BankFileReceived, CreatedBy: who.ID,
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		f.CreatedAt, f.WakeAt = now, now
		there, err := tx.InsertBankFile(ctx, f)
		if err != nil {
			return err
		}
		fresh := there.ID == f.ID && there.Version == 1 && there.CreatedAt.Equal(f.CreatedAt)
		if f = there; !fresh {
			return a.nudgeUnfinished(ctx, tx, there)
		}
		if err := recordBankFile(ctx, tx, now, who.ID, f, "bank_file.received"); err != nil {
			return err
		}
		return tx.NudgeBankFile(ctx, f.ID)
	})
	return f, err
}

// nudgeUnfinished asks for a file that comes again to be gone on with: its load may have been parked.
func (a *App) nudgeUnfinished(ctx context.Context, tx port.Tx, f port.BankFile) error {
	if f.FinishedAt != nil {
		return nil
	}
	return tx.NudgeBankFile(ctx, f.ID)
}

func (in NewBankFile) check() error {
	var f receivable.Form
	f.Line("filename", in.Filename, maxFilename)
	if in.Filename == "" {
		f.Add("filename", receivable.CodeRequired, "is required")
	}
	if err := f.Err("bank file"); err != nil {
		return err
	}
	_, err := fileFormat(in.Format, in.Profile)
	return err
}

// looksReadable refuses what is of no format that is read, by its first bytes.
func (a *App) looksReadable(ctx context.Context, in NewBankFile) error {
	if in.Format != "" || in.Profile != "" {
		return nil
	}
	content, err := a.files.Open(ctx, in.File.SHA256, in.File.Size)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }() // it was only read
	head := make([]byte, sniffBankFile)
	n, err := io.ReadFull(content, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if !detectFormat(head[:n]) {
		return fault.New(fault.Invalid, "remittance.unknown_format", "the file is of no format that is read; name one, or a profile for a CSV")
	}
	return nil
}

// BankFileDone reports whether nothing is left to do for a file. Error: bank_file.not_found.
func (a *App) BankFileDone(ctx context.Context, id uuid.UUID) (bool, error) {
	var done bool
	err := a.store.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		f, err := tx.BankFile(ctx, id)
		done = f.FinishedAt != nil
		return err
	})
	return done, err
}

// NudgeBankFiles goes on with the files that are not done, whatever became of their workflows: with every start of a worker.
func (a *App) NudgeBankFiles(ctx context.Context) error {
	return a.store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		for _, state := range []string{port.BankFileReceived, port.BankFileLoading} {
			found, err := tx.ListBankFiles(ctx, port.BankFileFilter{State: state}, port.Page{Limit: port.MaxLimit})
			if err != nil {
				return err
			}
			for _, f := range found.Items {
				if err := tx.NudgeBankFile(ctx, f.ID); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func recordBankFile(ctx context.Context, tx port.Tx, now time.Time, actor string, f port.BankFile, action string) error {
	data := map[string]any{"size": f.Size}
	switch action {
	case "bank_file.loaded":
		c := f.Counts
		data["payments"], data["credits"], data["debits"], data["known"] = c.Payments, c.Credits, c.Debits, c.Known
		data["applied"], data["proposed"], data["unidentified"], data["held"] = c.Applied, c.Proposed, c.Unidentified, c.Held
		data["alarms"] = c.Alarms
	case "bank_file.refused":
		data["code"] = f.RefusedCode
	}
	return record(ctx, tx, now, actor, event{action: action, kind: "bank_file", subject: f.ID, data: data})
}

// BankFile shows one with what became of it so far. Errors: access.forbidden, bank_file.not_found.
func (a *App) BankFile(ctx context.Context, who access.Principal, id uuid.UUID) (port.BankFile, error) {
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) (port.BankFile, error) { return tx.BankFile(ctx, id) })
}

// ListBankFiles lists, oldest first. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListBankFiles(ctx context.Context, who access.Principal, f port.BankFileFilter, page port.Page) (port.Paged[port.BankFile], error) {
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.BankFile], error) {
		return tx.ListBankFiles(ctx, f, page)
	})
}

// ListBankProblems lists what is wrong or odd about a file, in its order.
// Errors: access.forbidden, bank_file.not_found, page.bad_cursor.
func (a *App) ListBankProblems(ctx context.Context, who access.Principal, fileID uuid.UUID, page port.Page) (port.Paged[port.BankProblem], error) {
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.BankProblem], error) {
		if _, err := tx.BankFile(ctx, fileID); err != nil {
			return port.Paged[port.BankProblem]{}, err
		}
		return tx.ListBankProblems(ctx, fileID, page)
	})
}

// BankStatement shows one. Errors: access.forbidden, bank_statement.not_found.
func (a *App) BankStatement(ctx context.Context, who access.Principal, id uuid.UUID) (port.BankStatement, error) {
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) (port.BankStatement, error) { return tx.BankStatement(ctx, id) })
}

// ListBankStatements lists, oldest record first. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListBankStatements(ctx context.Context, who access.Principal, f port.BankStatementFilter, page port.Page) (port.Paged[port.BankStatement], error) {
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.BankStatement], error) {
		return tx.ListBankStatements(ctx, f, page)
	})
}

// ListBankEntries lists payments, oldest record first. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListBankEntries(ctx context.Context, who access.Principal, f port.BankEntryFilter, page port.Page) (port.Paged[port.BankEntry], error) {
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.BankEntry], error) {
		return tx.ListBankEntries(ctx, f, page)
	})
}

// maxProofDays bounds a cash proof.
const maxProofDays = 400

// CashProof compares an account's days, oldest first. Errors: access.forbidden, receivable.invalid, bank_account.not_found.
func (a *App) CashProof(ctx context.Context, who access.Principal, accountID uuid.UUID, from, to calendar.Date) ([]port.CashProof, error) {
	if from.IsZero() || to.IsZero() || to < from || to-from >= maxProofDays {
		var f receivable.Form
		f.Add("from", receivable.CodeOutOfRange, "from and to must name at most 400 days")
		return nil, f.Err("cash proof")
	}
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) ([]port.CashProof, error) {
		if _, err := tx.BankAccount(ctx, accountID); err != nil {
			return nil, err
		}
		return tx.CashProof(ctx, accountID, from, to)
	})
}

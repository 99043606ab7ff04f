package activities

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/casework"
	"arrears/port"
	"arrears/workflows/contract"
)

// BankLoads is what the activities of bank files need of the use cases.
type BankLoads interface {
	// BankFileDone reports whether nothing is left to do for a file. Error: bank_file.not_found.
	BankFileDone(ctx context.Context, id uuid.UUID) (bool, error)
	// LoadBankFile does what is left to do; run again after a crash it goes on where it stood. It calls alive now and then.
	LoadBankFile(ctx context.Context, id uuid.UUID, alive func()) error
}

// Banks holds the activities of bank files.
type Banks struct {
	Loads BankLoads
}

// ReviewBankFile looks whether something is left to do.
func (b *Banks) ReviewBankFile(ctx context.Context, in contract.Step) (contract.Next, error) {
	done, err := b.Loads.BankFileDone(ctx, in.Subject)
	if err != nil || done {
		return contract.Next{Closed: done}, err
	}
	return contract.Next{Now: contract.LoadBankFile}, nil
}

// LoadBankFile does what is left to do, and says all the while that it is alive.
func (b *Banks) LoadBankFile(ctx context.Context, in contract.Step) (contract.Next, error) {
	defer beat(ctx)()
	if err := b.Loads.LoadBankFile(ctx, in.Subject, func() {}); err != nil {
		return contract.Next{}, err
	}
	return contract.Next{Closed: true}, nil
}

// parkBankFile is the task about a file that cannot be loaded. It is a clerk's: the file waits for a nudge, which loading it again
// leaves.
func parkBankFile(ctx context.Context, tx port.Tx, in contract.ParkInput, task casework.Task) (casework.Task, error) {
	f, err := tx.BankFile(ctx, in.Subject)
	if err != nil {
		return task, err
	}
	task.Dedupe = taskNeedsAttention + "/bank-file/" + f.ID.String() + "/" + strconv.FormatInt(f.Version, 10)
	task.Role = string(access.Clerk)
	task.Summary = "The bank file " + f.Filename + " could not be loaded: " + in.Code
	return task, nil
}

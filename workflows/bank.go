package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"arrears/workflows/contract"
)

// The bounds of a load: a gigabyte of payments takes hours, and its longest transaction seconds.
const (
	loadTimeout = 12 * time.Hour
	loadSilence = 20 * time.Second
)

// BankStatementReconciliation is the life of a bank's file: it is read, its totals are proven, its payments are recorded and
// what is certain is applied. Where a load stands is in the database, so that one that was interrupted goes on there.
func BankStatementReconciliation(ctx workflow.Context, in contract.Input) error {
	b := &loop{
		kind: contract.KindBankFile, name: contract.BankStatementReconciliation, review: contract.ReviewBankFile,
		remote: contract.LoadBankFile, timeout: loadTimeout, silence: loadSilence,
	}
	if err := b.setup(ctx, in); err != nil {
		return err
	}
	return b.run(ctx)
}

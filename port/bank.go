package port

import (
	"cmp"
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/remittance"
)

// BankAccount is an account of ours that files tell about.
type BankAccount struct {
	ID          uuid.UUID
	Key         string // remittance.Account.Key
	Account     remittance.Account
	Currency    money.Currency // empty: not told
	Confirmed   bool           // what comes on it may be applied by itself
	ProvenOn    calendar.Date  // day of the newest proven closing balance; 0: none
	ProvenMinor int64
	ConfirmedBy string
	ConfirmedAt *time.Time
	CreatedAt   time.Time
	Version     int64
}

// The states of a bank file.
const (
	BankFileReceived = "received"
	BankFileLoading  = "loading"
	BankFileDone     = "done"
	BankFileRefused  = "refused"
)

// BankFile is a file of a bank or payer, known by its bytes.
type BankFile struct {
	ID          uuid.UUID
	SHA256      [32]byte
	Size        int64
	Filename    string
	Format      string // as it was found
	Profile     string // the profile's text, for a CSV
	Source      string // api, cli or folder
	State       string
	Position    int64 // elements of the file that are committed
	RefusedCode string
	RefusedText string
	Counts      BankCounts
	WakeAt      time.Time
	CreatedBy   string
	CreatedAt   time.Time
	FinishedAt  *time.Time
	Version     int64
}

// BankCounts says what became of a file's payments so far. Each payment counts once among the first two lines, each new credit
// once among the third.
type BankCounts struct {
	Statements int64 `json:"statements"`
	Payments   int64 `json:"payments"`  // read, booked ones
	Uncounted  int64 `json:"uncounted"` // announced or informative: not money
	Credits    int64 `json:"credits"`   // new ones
	Debits     int64 `json:"debits"`    // new ones
	Known      int64 `json:"known"`     // told before by another file
	Gone       int64 `json:"gone"`      // told before, and no longer told by this correction or deletion

	Applied      int64 `json:"applied"`
	Proposed     int64 `json:"proposed"`
	Unidentified int64 `json:"unidentified"`
	Held         int64 `json:"held"`

	Returned   int64 `json:"returned"`    // reversed by themselves
	ReturnOpen int64 `json:"return_open"` // wait for a person

	Lines        int64 `json:"lines"`         // of remittances
	LinesMatched int64 `json:"lines_matched"` // without a person
	Advices      int64 `json:"advices"`
	AdvicesUsed  int64 `json:"advices_used"` // of money that was here already
	Alarms       int64 `json:"alarms"`
	Refusals     int64 `json:"refusals"`
	Warnings     int64 `json:"warnings"`
}

// BankStatement is what a file says of one account and period.
type BankStatement struct {
	ID           uuid.UUID
	FileID       uuid.UUID
	Seq          int // within the file
	AccountID    uuid.NullUUID
	Told         remittance.Statement // without its line and stated totals
	Credits      int64
	CreditMinor  int64
	Debits       int64
	DebitMinor   int64
	Uncounted    int64
	Proof        string // proven, unproven, alarm or overridden
	ReplacedBy   uuid.NullUUID
	OverriddenBy string
	OverriddenAt *time.Time
	Reason       string
	Version      int64
}

// BankProblem is what is wrong or odd about a file.
type BankProblem struct {
	FileID      uuid.UUID
	Seq         int
	StatementID uuid.NullUUID
	remittance.Problem
}

// BankEntry is one payment on an account.
type BankEntry struct {
	ID           uuid.UUID
	AccountID    uuid.UUID
	Key          string // remittance's name of the entry and its count
	Part         int
	Credit       bool
	Minor        int64
	EntryMinor   int64 // of the whole entry
	Kinds        int16 // of files that have told of it: BankKind
	Renamed      int16 // of them, those that tell of it under another key
	Currency     money.Currency
	BookedOn     calendar.Date
	ValueOn      calendar.Date
	Code         string
	Payer        string
	PayerAccount string
	Reference    string
	EndToEnd     string
	Words        string
	Told         []byte // JSON of remittance.Transaction
	EarlyBy      uuid.NullUUID
	FinalBy      uuid.NullUUID
	GoneBy       uuid.NullUUID
	ReceiptID    uuid.NullUUID
	Outcome      string
	CreatedAt    time.Time
}

// EntryDetailed is the outcome of a payment for which others stand: those of which it is the sum.
const EntryDetailed = "detailed"

// BankKind is a kind of files as one bit: how final they are, and in which family of formats they write. Files of one kind write
// the same booking in the same words.
func BankKind(s remittance.Statement) int16 {
	early := map[string]int16{"camt": 1, "bai2": 8, "mt942": 32, "csv": 256, "json": 512}
	final := map[string]int16{"camt": 4, "bai2": 16, "mt940": 64, "csv": 1024, "json": 2048}
	switch family := s.Family(); {
	case s.Kind == remittance.EndOfDay:
		return cmp.Or(final[family], final["json"])
	case family == "lockbox":
		return 128
	case s.Kind == remittance.Notification && family == "camt":
		return 2
	default:
		return cmp.Or(early[family], early["json"])
	}
}

// NamedEntry is a payment with a key under which files of a kind tell of it.
type NamedEntry struct {
	BankEntry
	As   string
	Kind int16 // 0: its own key
}

// BankDeposit is what a lockbox's day or one batch of it was in sum.
type BankDeposit struct {
	AccountID uuid.UUID
	Lockbox   string // the account's number
	On        calendar.Date
	Batch     string // empty: all of the day
	Currency  money.Currency
	Minor     int64
}

// DayTeller is a statement that tells of a day.
type DayTeller struct {
	BankStatement
	Loaded bool // all that its file tells is recorded
}

// BankFileFilter narrows a list of files; empty fields do not.
type BankFileFilter struct {
	State string
}

// BankStatementFilter narrows a list of statements; empty fields do not.
type BankStatementFilter struct {
	FileID    uuid.NullUUID
	AccountID uuid.NullUUID
	Proof     string
	From, To  calendar.Date // their last day
}

// BankEntryFilter narrows a list of payments; empty fields do not.
type BankEntryFilter struct {
	AccountID   uuid.NullUUID
	StatementID uuid.NullUUID // told by it
	FileID      uuid.NullUUID // told by a statement of it
	ReceiptID   uuid.NullUUID
	Outcome     string
	From, To    calendar.Date // booked
}

// CashProof compares an account's day: what the bank moved, and what the record has of it.
type CashProof struct {
	AccountID      uuid.UUID
	On             calendar.Date
	Currency       money.Currency
	CreditMinor    int64 // booked credits
	DebitMinor     int64 // booked debits
	RecordedMinor  int64 // gross of the receipts of these credits
	ReversedMinor  int64 // of it, reversed since
	AppliedMinor   int64
	OnAccountMinor int64
	UnappliedMinor int64
	RefundedMinor  int64
	NettedMinor    int64
	EarlyMinor     int64 // of the credits, what no final statement has told yet
	GoneMinor      int64 // credits that a correction took away
}

// Difference is what the record lacks (or has too much) of the bank's credits; 0 proves the day.
func (p CashProof) Difference() int64 { return p.CreditMinor - p.RecordedMinor }

// StoppedException is an exception with the statement that stops it.
type StoppedException struct {
	ID          uuid.UUID
	StatementID uuid.UUID
}

// Bank keeps files of banks with what they tell. Whatever loads payments of an account holds its lock.
type Bank interface {
	// LockBankAccount finds an account by its key, or writes the one given, and locks it until the end of the transaction.
	LockBankAccount(ctx context.Context, a BankAccount) (BankAccount, error)
	// BankAccount reads one. Error: bank_account.not_found.
	BankAccount(ctx context.Context, id uuid.UUID) (BankAccount, error)
	// UpdateBankAccount writes everything but the key where the version is the same. Error: bank_account.changed.
	UpdateBankAccount(ctx context.Context, a BankAccount) error
	ListBankAccounts(ctx context.Context, p Page) (Paged[BankAccount], error)

	// InsertBankFile writes one unless its bytes are known; it returns the one that is there.
	InsertBankFile(ctx context.Context, f BankFile) (BankFile, error)
	// LockBankFile reads one and locks it until the end of the transaction. Error: bank_file.not_found.
	LockBankFile(ctx context.Context, id uuid.UUID) (BankFile, error)
	// BankFile reads one. Error: bank_file.not_found.
	BankFile(ctx context.Context, id uuid.UUID) (BankFile, error)
	// UpdateBankFile writes state, position, counts and refusal where the version is the same. Error: bank_file.changed.
	UpdateBankFile(ctx context.Context, f BankFile) error
	ListBankFiles(ctx context.Context, f BankFileFilter, p Page) (Paged[BankFile], error)
	// NudgeBankFile leaves a nudge for the file's workflow.
	NudgeBankFile(ctx context.Context, id uuid.UUID) error

	InsertBankStatements(ctx context.Context, list []BankStatement) error
	InsertBankProblems(ctx context.Context, list []BankProblem) error
	// BankStatement reads one. Error: bank_statement.not_found.
	BankStatement(ctx context.Context, id uuid.UUID) (BankStatement, error)
	// StatementsLike reads those of the same account, sequence, kind and last day that were read before it and that no correction
	// replaced.
	StatementsLike(ctx context.Context, s BankStatement) ([]BankStatement, error)
	// UpdateBankStatement writes proof, replacement and override where the version is the same. Error: bank_statement.changed.
	UpdateBankStatement(ctx context.Context, s BankStatement) error
	ListBankStatements(ctx context.Context, f BankStatementFilter, p Page) (Paged[BankStatement], error)
	ListBankProblems(ctx context.Context, fileID uuid.UUID, p Page) (Paged[BankProblem], error)

	// EntriesNamed reads an account's payments of which any kind of files tells under one of the names, whatever the count, in
	// order of key and part.
	EntriesNamed(ctx context.Context, accountID uuid.UUID, names []string) ([]NamedEntry, error)
	// EntryTwins reads the first payments of an account's entries of a direction and amount on a value date of which no file of a
	// kind has told, oldest first, at most 50.
	EntryTwins(ctx context.Context, e BankEntry, kind int16) ([]BankEntry, error)
	// DayTellers reads the statements at the day's end that stand and tell of an account's day, oldest first, at most 50.
	DayTellers(ctx context.Context, accountID uuid.UUID, on calendar.Date) ([]DayTeller, error)
	InsertBankEntries(ctx context.Context, list []BankEntry) error
	// NameBankEntry notes that files of a kind tell of an account's entry under another key.
	NameBankEntry(ctx context.Context, accountID uuid.UUID, key, as string, kind int16) error
	// TellBankEntry writes who told of an entry, all its payments.
	TellBankEntry(ctx context.Context, e BankEntry) error
	// UpdateBankEntry writes a payment's receipt and its outcome.
	UpdateBankEntry(ctx context.Context, e BankEntry) error
	// BankEntry reads one. Error: bank_entry.not_found.
	BankEntry(ctx context.Context, id uuid.UUID) (BankEntry, error)
	// DetailBankEntry notes that other payments tell a payment in detail and stand for it.
	DetailBankEntry(ctx context.Context, id uuid.UUID) error
	// EntriesUntold reads the payments that a statement told of and its replacement did not: at most limit.
	EntriesUntold(ctx context.Context, statementID uuid.UUID, limit int) ([]BankEntry, error)
	ListBankEntries(ctx context.Context, f BankEntryFilter, p Page) (Paged[BankEntry], error)

	// PutBankDeposits sums what a lockbox took in on a day, by batch and as a whole, and returns the sums of which no statement has
	// told, the whole first. Until the end of the transaction nobody looks for deposits.
	PutBankDeposits(ctx context.Context, accountID uuid.UUID, on calendar.Date) ([]BankDeposit, error)
	// BankDepositsOf reads the sums that payments on an account may be: another account's, of the same amount, that no payment is
	// yet, from a day after to seven before the value date. Until the end of the transaction nobody keeps deposits.
	BankDepositsOf(ctx context.Context, accountID uuid.UUID, list []BankEntry) (map[uuid.UUID][]BankDeposit, error)
	// DepositEntries reads the credits that may be a deposit's and tell no payer, as BankDepositsOf compares them.
	DepositEntries(ctx context.Context, d BankDeposit) ([]BankEntry, error)
	// ClaimBankDeposit notes which payment a deposit is: a day's is that of all its batches.
	ClaimBankDeposit(ctx context.Context, d BankDeposit, entryID uuid.UUID) error

	// StoppedFiles reads the files with receipts or returns that wait because nothing of an account or a statement is applied by itself, at
	// most 1,000.
	StoppedFiles(ctx context.Context, accountID, statementID uuid.NullUUID) ([]uuid.UUID, error)
	// StoppedExceptions reads the open exceptions of a file's receipts and returns that wait because nothing of its statement is
	// applied by itself, in order of id behind one.
	StoppedExceptions(ctx context.Context, fileID, after uuid.UUID, limit int) ([]StoppedException, error)

	// CashProof compares an account's days, oldest first, at most 400.
	CashProof(ctx context.Context, accountID uuid.UUID, from, to calendar.Date) ([]CashProof, error)
}

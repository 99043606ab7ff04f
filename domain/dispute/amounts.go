package dispute

import "arrears/domain/fault"

// The codes of this file's errors.
const (
	// CodeExceedsUndecided means more than is still undecided of the claim.
	CodeExceedsUndecided = "dispute.exceeds_undecided"
	// CodeExceedsDenied means more than is denied and open of the claim.
	CodeExceedsDenied = "dispute.exceeds_denied"
	// CodeExceedsCreditDue means more than was found valid and awaits its credit memo.
	CodeExceedsCreditDue = "dispute.exceeds_credit_due"
	// CodeExceedsDone means undoing more than was done.
	CodeExceedsDone = "dispute.exceeds_done"
	// CodeNotPositive means an amount that must be positive is not.
	CodeNotPositive = "amount.not_positive"
	// CodeLawBroken means amounts of a claim that do not add up: a fault of ours.
	CodeLawBroken = "dispute.law_broken"
)

// Amounts say where every cent of a claim is, in minor units of its currency:
// claimed = undecided + credit due + credited + written off + repaid + denied and open + withdrawn, all at least zero.
// What is pending is undecided or awaits its credit memo.
type Amounts struct {
	ClaimedMinor    int64
	UndecidedMinor  int64 // nobody has decided on it
	CreditDueMinor  int64 // found valid, awaits its credit memo
	CreditedMinor   int64
	WrittenOffMinor int64 // a concession, a tolerance, or given up after a denial
	RepaidMinor     int64 // also: paid under protest and then denied
	DeniedMinor     int64 // denied and open: collectable
	WithdrawnMinor  int64 // withdrawn or void
}

// Claim begins a claim: all of it is undecided.
func Claim(minor int64) Amounts { return Amounts{ClaimedMinor: minor, UndecidedMinor: minor} }

// PendingMinor is undecided or awaits its credit memo.
func (a Amounts) PendingMinor() int64 { return a.UndecidedMinor + a.CreditDueMinor }

// Done reports whether nothing is pending and nothing denied is open.
func (a Amounts) Done() bool { return a.PendingMinor() == 0 && a.DeniedMinor == 0 }

// Each change below keeps the claim's law or is refused as a whole.

// Uphold finds a part valid. Errors: CodeNotPositive, CodeExceedsUndecided.
func (a *Amounts) Uphold(minor int64) error {
	return move(&a.UndecidedMinor, &a.CreditDueMinor, minor, CodeExceedsUndecided)
}

// Deny finds a part invalid: it is collectable from now on. Errors: CodeNotPositive, CodeExceedsUndecided.
func (a *Amounts) Deny(minor int64) error {
	return move(&a.UndecidedMinor, &a.DeniedMinor, minor, CodeExceedsUndecided)
}

// DenyPaid finds a part invalid that was paid under protest: nothing is left to collect of it.
// Errors: CodeNotPositive, CodeExceedsUndecided.
func (a *Amounts) DenyPaid(minor int64) error {
	return move(&a.UndecidedMinor, &a.RepaidMinor, minor, CodeExceedsUndecided)
}

// Credit notes the credit memo of a part found valid. Errors: CodeNotPositive, CodeExceedsCreditDue.
func (a *Amounts) Credit(minor int64) error {
	return move(&a.CreditDueMinor, &a.CreditedMinor, minor, CodeExceedsCreditDue)
}

// Uncredit undoes a credit whose memo was void: the part awaits another. Errors: CodeNotPositive, CodeExceedsDone.
func (a *Amounts) Uncredit(minor int64) error {
	return move(&a.CreditedMinor, &a.CreditDueMinor, minor, CodeExceedsDone)
}

// Concede gives up a part that nobody decided on: a settlement or a tolerance. Errors: CodeNotPositive, CodeExceedsUndecided.
func (a *Amounts) Concede(minor int64) error {
	return move(&a.UndecidedMinor, &a.WrittenOffMinor, minor, CodeExceedsUndecided)
}

// Unconcede undoes it, with the receipt that caused it. Errors: CodeNotPositive, CodeExceedsDone.
func (a *Amounts) Unconcede(minor int64) error {
	return move(&a.WrittenOffMinor, &a.UndecidedMinor, minor, CodeExceedsDone)
}

// GiveUp writes off a denied part that does not come back. Errors: CodeNotPositive, CodeExceedsDenied.
func (a *Amounts) GiveUp(minor int64) error {
	return move(&a.DeniedMinor, &a.WrittenOffMinor, minor, CodeExceedsDenied)
}

// Repay notes that a denied part came back. Errors: CodeNotPositive, CodeExceedsDenied.
func (a *Amounts) Repay(minor int64) error {
	return move(&a.DeniedMinor, &a.RepaidMinor, minor, CodeExceedsDenied)
}

// Unrepay undoes it: the receipt was reversed. Errors: CodeNotPositive, CodeExceedsDone.
func (a *Amounts) Unrepay(minor int64) error {
	return move(&a.RepaidMinor, &a.DeniedMinor, minor, CodeExceedsDone)
}

// Appeal makes a denied part undecided again. Errors: CodeNotPositive, CodeExceedsDenied.
func (a *Amounts) Appeal(minor int64) error {
	return move(&a.DeniedMinor, &a.UndecidedMinor, minor, CodeExceedsDenied)
}

// Overturn makes a part undecided that was repaid because of a denial that does not stand: the money goes on account.
// Errors: CodeNotPositive, CodeExceedsDone.
func (a *Amounts) Overturn(minor int64) error {
	return move(&a.RepaidMinor, &a.UndecidedMinor, minor, CodeExceedsDone)
}

// Withdraw ends an undecided part without a decision: withdrawn by the customer, or void from the beginning.
// Errors: CodeNotPositive, CodeExceedsUndecided.
func (a *Amounts) Withdraw(minor int64) error {
	return move(&a.UndecidedMinor, &a.WithdrawnMinor, minor, CodeExceedsUndecided)
}

// Reinstate makes a withdrawn part undecided again: the case was reopened. Errors: CodeNotPositive, CodeExceedsDone.
func (a *Amounts) Reinstate(minor int64) error {
	return move(&a.WithdrawnMinor, &a.UndecidedMinor, minor, CodeExceedsDone)
}

// Reconsider makes a part undecided again that was found valid and is not credited yet. Errors: CodeNotPositive,
// CodeExceedsCreditDue.
func (a *Amounts) Reconsider(minor int64) error {
	return move(&a.CreditDueMinor, &a.UndecidedMinor, minor, CodeExceedsCreditDue)
}

// Carve takes an undecided part out of the claim and returns it as a claim of its own. The two together are what the one
// was. Errors: CodeNotPositive, CodeExceedsUndecided.
func (a *Amounts) Carve(minor int64) (Amounts, error) {
	var gone int64
	if err := move(&a.UndecidedMinor, &gone, minor, CodeExceedsUndecided); err != nil {
		return Amounts{}, err
	}
	a.ClaimedMinor -= minor
	return Claim(minor), nil
}

func move(from, to *int64, minor int64, code string) error {
	if minor <= 0 {
		return fault.New(fault.Invalid, CodeNotPositive, "the amount must be positive")
	}
	if minor > *from {
		return fault.New(fault.Conflict, code, "the amount exceeds what the claim has there")
	}
	*from -= minor
	*to += minor
	return nil
}

// Plus adds the amounts of two claims in one currency.
func (a Amounts) Plus(b Amounts) Amounts {
	return Amounts{
		ClaimedMinor: a.ClaimedMinor + b.ClaimedMinor, UndecidedMinor: a.UndecidedMinor + b.UndecidedMinor,
		CreditDueMinor: a.CreditDueMinor + b.CreditDueMinor, CreditedMinor: a.CreditedMinor + b.CreditedMinor,
		WrittenOffMinor: a.WrittenOffMinor + b.WrittenOffMinor, RepaidMinor: a.RepaidMinor + b.RepaidMinor,
		DeniedMinor: a.DeniedMinor + b.DeniedMinor, WithdrawnMinor: a.WithdrawnMinor + b.WithdrawnMinor,
	}
}

// Check proves the claim's law. Error: CodeLawBroken.
func (a Amounts) Check() error {
	parts := []int64{a.UndecidedMinor, a.CreditDueMinor, a.CreditedMinor, a.WrittenOffMinor, a.RepaidMinor, a.DeniedMinor, a.WithdrawnMinor}
	var sum int64
	for _, part := range parts {
		if part < 0 {
			return errLaw
		}
		sum += part
	}
	if sum != a.ClaimedMinor {
		return errLaw
	}
	return nil
}

var errLaw = fault.New(fault.Internal, CodeLawBroken, "the amounts of the claim do not add up")

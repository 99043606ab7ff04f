package matching

import (
	"slices"

	"github.com/google/uuid"

	"arrears/domain/money"
	"arrears/domain/remittance"
)

// LookFor is everything by which candidates for a receipt are found. All lists are without doubles, bounded, and sorted but
// for Tokens and Tails, whose likeliest come first.
type LookFor struct {
	// Accounts are remittance.Account keys of who paid: customers that were seen to pay from them.
	Accounts []string
	// Names are name keys of who paid: customers with this name or alias.
	Names []string
	// Tokens are number keys, at most MaxTokens: of invoices, purchase orders, credit memos, claim references and customers.
	Tokens []string
	// Tails are tail keys, at most MaxTokens: of invoices. They are weak; a tail that more than MaxCustomers invoices have may
	// be passed over.
	Tails []string
	// Advices are number keys by which an advice names its payment; else one of the amount and currency may be it.
	Advices  []string
	Minor    int64
	Currency money.Currency
	// CustomerID is whose money it is, when a person has said so.
	CustomerID uuid.NullUUID
}

// Keys tells what to look for. It is bounded whatever the receipt holds.
func Keys(r Receipt) LookFor { return keysOf(r, tokensOf(r)) }

func keysOf(r Receipt, found *tokenSet) LookFor {
	look := LookFor{Tokens: make([]string, 0, len(found.list)), Minor: r.Minor, Currency: r.Currency, CustomerID: r.CustomerID}
	for _, t := range found.list {
		look.Tokens = append(look.Tokens, t.key)
	}
	look.Tails = tailsOf(found.list)
	for _, p := range r.payers() {
		if key := p.Account.Key(); key != "" && !slices.Contains(look.Accounts, key) {
			look.Accounts = append(look.Accounts, key)
		}
		if key := NameKey(p.Name); key != "" && !slices.Contains(look.Names, key) {
			look.Names = append(look.Names, key)
		}
	}
	slices.Sort(look.Accounts)
	slices.Sort(look.Names)
	for _, s := range []string{r.EndToEnd, r.Reference, r.Cheque} {
		if key := NumberKey(s); key != "" && key != notProvided && !slices.Contains(look.Advices, key) {
			look.Advices = append(look.Advices, key)
		}
	}
	slices.Sort(look.Advices)
	return look
}

// payers are who may have paid: the one whose account it was, and whose debt it settles.
func (r Receipt) payers() []remittance.Party {
	list := make([]remittance.Party, 0, 2)
	if r.Payer != (remittance.Party{}) {
		list = append(list, r.Payer)
	}
	if r.UltimatePayer != (remittance.Party{}) {
		list = append(list, r.UltimatePayer)
	}
	return list
}

func tailsOf(list []token) []string {
	tails := make([]string, 0, len(list))
	seen := make(map[string]bool, len(list))
	for _, t := range list {
		if tail := tailOf(t.key); tail != "" && !seen[tail] {
			seen[tail] = true
			tails = append(tails, tail)
		}
	}
	return tails
}

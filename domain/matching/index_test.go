package matching_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/matching"
)

// A factor or a payment service pays for hundreds from one account: what a payment names is found all the same.
func TestAnAccountOfManyDoesNotHideWhoseDocumentIsNamed(t *testing.T) {
	t.Parallel()
	const account = "DE02120300000000202051"
	b := newBooks()
	for n := range 3 * matching.MaxCustomers {
		name := fmt.Sprintf("client %03d", n)
		b.customers = append(b.customers, matching.Customer{
			ID: idOf(name), Number: fmt.Sprintf("Z-%03d", n), Name: name, Accounts: []string{account},
		})
	}
	r := from("Somebody Else Inc", 100_000, "RE-2026-2001")
	r.Payer.Account.IBAN = account
	result := b.match(r)
	require.NotEmpty(t, result.Proposals)
	require.Equal(t, idOf("blue"), result.Proposals[0].CustomerID)
}

package e2e

import (
	"net/mail"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/devstack/e2e/house"
)

// requireInOrder demands that the wanted appear in this order, with anything between them.
func requireInOrder(t *testing.T, all []string, wanted ...string) {
	t.Helper()
	next := 0
	for _, one := range all {
		if next < len(wanted) && one == wanted[next] {
			next++
		}
	}
	require.Equal(t, len(wanted), next, "%v misses %v", all, wanted[next:])
}

func replyTo(t *testing.T, m house.Letter) string {
	t.Helper()
	address, err := mail.ParseAddress(m.Header.Get("Reply-To"))
	require.NoError(t, err)
	return address.Address
}

// requireFrozen demands that what came is what was approved, byte for byte, but for the date, which was not known then.
func requireFrozen(t *testing.T, h *house.House, id uuid.UUID, m house.Letter) {
	t.Helper()
	frozen := house.Value[[]byte](h, `SELECT raw FROM notice_bodies WHERE notice_id = $1`, id)
	require.Contains(t, string(m.Raw), string(frozen))
	require.NotEmpty(t, m.Header.Get("Date"))
}

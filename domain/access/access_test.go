package access_test

import (
	"fmt"
	"strings"
	"testing"

	"arrears/domain/access"
	"arrears/domain/fault"

	"github.com/stretchr/testify/require"
)

// table is who may do what, written out by hand: c collector, s supervisor, d auditor, a admin.
const table = `
	customers:read csda     customers:write sa
	invoices:read csda      invoices:write sa
	receipts:read csda      receipts:write csa
	creditmemos:read csda   creditmemos:write sa
	policies:read csda      policies:write sa
	approvals:read csda     approvals:decide csa
	promises:read csda      promises:write csa
	blocks:read csda        blocks:write csa
	notes:read csda         notes:write csa
	disputes:read csda      disputes:write csa
	documents:read csda     documents:write csa
	notices:read csda
	imports:read csda       imports:write sa
	tasks:read csda         tasks:write csa
	audit:read csda
	webhooks:read csda      webhooks:manage a
	keys:manage a
`

func letters() map[access.Role]string {
	return map[access.Role]string{access.Collector: "c", access.Supervisor: "s", access.Auditor: "d", access.Admin: "a"}
}

func TestMatrix(t *testing.T) {
	t.Parallel()
	words := strings.Fields(table)
	require.Len(t, access.Permissions(), len(words)/2, "the table names every permission")
	for i := 0; i < len(words); i += 2 {
		permission := access.Permission(words[i])
		require.Contains(t, access.Permissions(), permission)
		for role, letter := range letters() {
			want := strings.Contains(words[i+1], letter)
			require.Equal(t, want, access.Can(role, permission), "%s %s", role, permission)
			err := access.Require(access.Principal{ID: "p", Role: role}, permission)
			if want {
				require.NoError(t, err)
				continue
			}
			require.Equal(t, access.CodeForbidden, fault.CodeOf(err))
			require.Equal(t, fault.Forbidden, fault.KindOf(err))
		}
	}
}

func TestAuditorReadsEverythingAndWritesNothing(t *testing.T) {
	t.Parallel()
	for _, p := range access.Permissions() {
		require.Equal(t, strings.HasSuffix(string(p), ":read"), access.Can(access.Auditor, p), p)
		require.True(t, access.Can(access.Admin, p))
		if access.Can(access.Collector, p) {
			require.True(t, access.Can(access.Supervisor, p), "a supervisor may do what a collector may: %s", p)
		}
	}
}

func TestNobodyElseMayDoAnything(t *testing.T) {
	t.Parallel()
	for _, role := range []access.Role{"", "root", "Admin", "ADMIN", "admin "} {
		for _, p := range access.Permissions() {
			require.False(t, access.Can(role, p))
		}
		_, err := access.ParseRole(string(role))
		require.Equal(t, access.CodeUnknownRole, fault.CodeOf(err))
	}
	for _, role := range access.Roles() {
		require.False(t, access.Can(role, ""))
		require.False(t, access.Can(role, "everything:write"))
		parsed, err := access.ParseRole(string(role))
		require.NoError(t, err)
		require.Equal(t, role, parsed)
	}
	require.Error(t, access.Require(access.Principal{}, access.InvoicesRead))
}

func TestRaising(t *testing.T) {
	t.Parallel()
	var path []access.Role
	for role, ok := access.Collector, true; ok; role, ok = role.Next() {
		path = append(path, role)
		require.LessOrEqual(t, len(path), 3, "raising ends")
	}
	require.Equal(t, []access.Role{access.Collector, access.Supervisor, access.Admin}, path)
	_, ok := access.Auditor.Next()
	require.False(t, ok)
	_, ok = access.Role("").Next()
	require.False(t, ok)
}

func TestAtLeast(t *testing.T) {
	t.Parallel()
	order := []access.Role{access.Collector, access.Supervisor, access.Admin}
	for i, a := range order {
		for j, b := range order {
			require.Equal(t, i >= j, a.AtLeast(b), "%s %s", a, b)
		}
		for _, outside := range []access.Role{access.Auditor, "", "root"} {
			require.False(t, a.AtLeast(outside))
			require.False(t, outside.AtLeast(a))
			require.False(t, outside.AtLeast(outside))
		}
	}
}

func ExampleRequire() {
	ada := access.Principal{ID: "key-1", Name: "Ada", Role: access.Collector}
	fmt.Println(access.Require(ada, access.PromisesWrite))
	fmt.Println(access.Require(ada, access.PoliciesWrite))
	// Output:
	// <nil>
	// access.forbidden: this needs the permission policies:write
}

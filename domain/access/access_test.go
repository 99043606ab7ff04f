package access_test

import (
	"fmt"
	"strings"
	"testing"

	"arrears/domain/access"
	"arrears/domain/fault"

	"github.com/stretchr/testify/require"
)

// table is who may do what, written out by hand: c collector, k clerk, n analyst, s supervisor, d auditor, a admin.
const table = `
	customers:read cknsda    customers:write sa
	invoices:read cknsda     invoices:write sa
	receipts:read cknsda     receipts:write cknsa
	cash:read cknsda         cash:write ksa           cash:manage sa
	creditmemos:read cknsda  creditmemos:write sa
	policies:read cknsda     policies:write sa
	approvals:read cknsda    approvals:decide cnsa
	promises:read cknsda     promises:write cnsa
	blocks:read cknsda       blocks:write cnsa
	notes:read cknsda        notes:write cknsa
	disputes:read cknsda     disputes:write cknsa
	disputes:decide nsa      disputes:manage sa
	rates:read cknsda        rates:write sa
	documents:read cknsda    documents:write cknsa
	notices:read cknsda
	imports:read cknsda      imports:write sa
	tasks:read cknsda        tasks:write cknsa
	audit:read cknsda
	webhooks:read cknsda     webhooks:manage a
	keys:manage a
`

func letters() map[access.Role]string {
	return map[access.Role]string{
		access.Collector: "c", access.Clerk: "k", access.Analyst: "n", access.Supervisor: "s", access.Auditor: "d", access.Admin: "a",
	}
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
			require.True(t, access.Can(access.Analyst, p), "an analyst may do what a collector may: %s", p)
		}
		if access.Can(access.Analyst, p) {
			require.True(t, access.Can(access.Supervisor, p), "a supervisor may do what an analyst may: %s", p)
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
	above, ok := access.Analyst.Next()
	require.True(t, ok)
	require.Equal(t, access.Supervisor, above)
	_, ok = access.Auditor.Next()
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

func TestAnAnalystStandsBesideTheCollector(t *testing.T) {
	t.Parallel()
	require.True(t, access.Analyst.AtLeast(access.Collector))
	require.True(t, access.Collector.AtLeast(access.Analyst))
	require.False(t, access.Analyst.AtLeast(access.Supervisor))
	require.True(t, access.Supervisor.AtLeast(access.Analyst))
	require.False(t, access.Analyst.AtLeast(access.Auditor))
}

func ExampleRequire() {
	ada := access.Principal{ID: "key-1", Name: "Ada", Role: access.Collector}
	fmt.Println(access.Require(ada, access.PromisesWrite))
	fmt.Println(access.Require(ada, access.PoliciesWrite))
	// Output:
	// <nil>
	// access.forbidden: this needs the permission policies:write
}

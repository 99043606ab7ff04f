package deploy

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/devstack/e2e/house"
	"arrears/domain/receivable"
)

// Two reminders, ten days apart.
const twice = `
key: twice
window: {from: "00:00", to: "24:00", days: [mon, tue, wed, thu, fri, sat, sun]}
min_days_between_notices: 0
stages:
  - {key: first, moment: due + 5 days, action: notice, template: reminder-1}
  - {key: second, moment: due + 15 days, action: notice, template: reminder-2}
`

// released names the commit of the newest release in the change log.
var released = regexp.MustCompile(`(?s)## (v\d+\.\d+\.\d+),.*?Commit ([0-9a-f]{40})\.`)

// A worker of the last release and one of this version work on the same cases, which sleep: some before their start, some on
// their timers. Then the old one goes, and the rest of the way is this version's. Nothing is lost, nothing comes twice, and
// every case can be performed again from its record.
func TestAWorkerOfTheLastReleaseBesideThisOne(t *testing.T) {
	t.Parallel()
	old := build(t, releasedCommit(t))
	const cases = 12
	const day = 3 * time.Second
	h := house.New(t, house.Options{Idle: true, Policy: twice, Clock: house.Scaled("2026-03-02 00:00", day)})

	before := h.ProcessOf(old, []string{"worker"})
	var invoices []receivable.Invoice
	for i := range cases { // half are due already and wait on a timer, half wait for their start
		due := h.Today().AddDays(-4 * (i % 2))
		invoices = append(invoices, h.Invoice(h.Customer(fmt.Sprintf("9%03d", i)), fmt.Sprintf("U-%02d", i), 100_00, due))
	}
	h.Until("the old worker reminds", func() bool { return h.Count("items", "level > 0") > 0 })
	fresh := h.Process([]string{"worker"})
	h.Until("both have reminded all once", func() bool { return h.Count("items", "level > 0") == cases })
	before.Stop()
	h.Pay(invoices[0], 100_00)
	h.Pay(invoices[1], 40_00)
	h.Until("this version reminds all others again", func() bool {
		return h.Count("items", "level = 2 AND invoice_id <> $1", invoices[0].ID) == cases-1
	})
	for _, inv := range invoices[1:] {
		h.Pay(inv, h.Item(inv).OpenMinor)
	}
	h.Until("all cases are closed", func() bool { return h.Count("cases", "state <> 'closed'") == 0 })
	h.Laws()
	for _, inv := range invoices {
		code, said := h.Run("audit", "replay", "invoice", inv.ID.String())
		require.Zero(t, code, said)
	}
	fresh.Stop()
}

// releasedCommit skips the test where the history is not there, as in a download without it.
func releasedCommit(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), "CHANGELOG.md"))
	require.NoError(t, err)
	found := released.FindSubmatch(text)
	require.Len(t, found, 3, "the change log names the commit of the last release")
	commit := string(found[2])
	if err := exec.CommandContext(t.Context(), "git", "-C", root(t), "cat-file", "-e", commit+"^{commit}").Run(); err != nil {
		t.Skipf("commit %s of %s is not in this checkout", commit, found[1])
	}
	return commit
}

// build builds the product of a commit in a folder of its own.
func build(t *testing.T, commit string) string {
	t.Helper()
	dir := t.TempDir()
	unpack := exec.CommandContext(t.Context(), "sh", "-c", `git -C "$1" archive "$2" | tar -x -C "$3"`, "sh", root(t), commit, dir)
	out, err := unpack.CombinedOutput()
	require.NoError(t, err, string(out))
	binary := filepath.Join(dir, "arrears-released")
	compile := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./cmd/arrears")
	compile.Dir = dir
	out, err = compile.CombinedOutput()
	require.NoError(t, err, string(out))
	return binary
}

// root is the checkout around this module.
func root(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "arrears").Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(out))
}

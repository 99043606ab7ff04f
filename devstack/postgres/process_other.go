//go:build unix && !linux

package postgres

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// dieWithParent does nothing: only Linux can signal a child when its parent dies. The next start stops what was left.
func dieWithParent(*syscall.SysProcAttr) {}

// processes asks ps.
func processes() []processInfo {
	out, err := exec.Command("ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,command=").Output()
	if err != nil {
		return nil
	}
	var table []processInfo
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) < 4 {
			continue
		}
		pid, errPID := strconv.Atoi(fields[0])
		parent, errParent := strconv.Atoi(fields[1])
		if errPID != nil || errParent != nil {
			continue
		}
		table = append(table, processInfo{
			pid: pid, parent: parent, zombie: strings.HasPrefix(fields[2], "Z"), command: strings.Join(fields[3:], " "),
		})
	}
	return table
}

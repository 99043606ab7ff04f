package postgres

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// dieWithParent has the kernel ask for a fast shutdown when the starting thread ends, even by kill -9 of the process.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }

// processes reads /proc. Only files that everyone may read are used: in a container even root may not follow the
// links of another user's process.
func processes() []processInfo {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var table []processInfo
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if info, ok := readProcess(pid); ok {
			table = append(table, info)
		}
	}
	return table
}

func readProcess(pid int) (processInfo, bool) {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	stat, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return processInfo{}, false // it ended meanwhile
	}
	// The name stands in parentheses and may hold anything; state and parent follow the last one.
	after := stat[bytes.LastIndexByte(stat, ')')+1:]
	fields := strings.Fields(string(after))
	if len(fields) < 2 {
		return processInfo{}, false
	}
	parent, _ := strconv.Atoi(fields[1]) // the kernel writes a number
	cmdline, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
	command := strings.TrimSpace(string(bytes.ReplaceAll(cmdline, []byte{0}, []byte{' '})))
	return processInfo{pid: pid, parent: parent, zombie: fields[0] == "Z", command: command}, true
}

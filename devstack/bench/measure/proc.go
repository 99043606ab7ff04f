package measure

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of processor time in /proc: Linux shows hundredths of a second whatever its kernel counts in.
const tick = 10 * time.Millisecond

// errProc means that /proc has another form than is known.
var errProc = errors.New("unexpected form of /proc")

// Machine is the processor time that the whole machine has spent working since it started.
func Machine() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	return parseMachine(text)
}

// parseMachine adds user, nice, system, irq and softirq of the first line; idle, iowait and steal are no work of ours.
func parseMachine(text []byte) (time.Duration, error) {
	line, _, _ := bytes.Cut(text, []byte{'\n'})
	fields := strings.Fields(string(line))
	if len(fields) < 8 || fields[0] != "cpu" {
		return 0, fmt.Errorf("%w: %.60q", errProc, line)
	}
	var ticks int64
	for _, i := range []int{1, 2, 3, 6, 7} {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%w: %.60q", errProc, line)
		}
		ticks += n
	}
	return time.Duration(ticks) * tick, nil
}

// Process is what /proc tells of one process.
type Process struct {
	PID, Parent int
	Own         time.Duration // processor time of its threads
	Reaped      time.Duration // of its children that have ended
	Resident    int64         // bytes of memory in use
}

// ReadProcess reads one process.
func ReadProcess(pid int) (Process, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return Process{}, err
	}
	return parseProcess(text)
}

// parseProcess reads /proc/<pid>/stat. The name stands in parentheses and may hold anything, so fields are counted after the
// last one.
func parseProcess(text []byte) (Process, error) {
	open, end := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return Process{}, fmt.Errorf("%w: %.60q", errProc, text)
	}
	fields := strings.Fields(string(text[end+1:]))
	const last = 21
	if len(fields) <= last {
		return Process{}, fmt.Errorf("%w: %.60q", errProc, text)
	}
	var numbers [last + 1]int64
	for _, i := range []int{1, 11, 12, 13, 14, last} {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return Process{}, fmt.Errorf("%w: field %d of %.60q", errProc, i, text)
		}
		numbers[i] = n
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text[:open])))
	if err != nil {
		return Process{}, fmt.Errorf("%w: %.60q", errProc, text)
	}
	return Process{
		PID: pid, Parent: int(numbers[1]),
		Own:      time.Duration(numbers[11]+numbers[12]) * tick,
		Reaped:   time.Duration(numbers[13]+numbers[14]) * tick,
		Resident: numbers[last] * int64(os.Getpagesize()),
	}, nil
}

// Tree is a process with its living children taken together. What children had spent that have ended is in Own.
func Tree(pid int) (Process, error) {
	root, err := ReadProcess(pid)
	if err != nil {
		return Process{}, err
	}
	root.Own += root.Reaped
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return Process{}, err
	}
	for _, entry := range entries {
		id, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		child, err := ReadProcess(id)
		if err != nil || child.Parent != pid {
			continue // it has ended meanwhile, or is another's
		}
		root.Own += child.Own
		root.Resident += child.Resident
	}
	return root, nil
}

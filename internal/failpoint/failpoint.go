// Package failpoint lets fault tests break a real process at a named point: die, fail or stall there. Without
// ARREARS_FAILPOINTS it does nothing. It is not for unit tests, which inject faults by interfaces. activities, api, app,
// relay, store and cmd may import it; it imports the standard library alone.
package failpoint

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Env names the variable that arms points: name=action, separated by semicolons. Actions are kill, error and sleep:MS. An
// action followed by ",skip:N" lets the first N hits of a process pass; one followed by ",once:FILE" (the last word) happens
// in the one process that can create FILE.
const Env = "ARREARS_FAILPOINTS"

// Err is what a point armed with "error" returns.
var Err = errors.New("failpoint")

type point struct {
	action string
	sleep  time.Duration
	once   string
	skip   int64
	hits   *atomic.Int64
}

// armed is read once: a process does not change its own environment.
var armed = sync.OnceValues(func() (map[string]point, error) { return parse(os.Getenv(Env)) })

// Check reports whether the environment's points can be read; a process calls it at its start.
func Check() error {
	_, err := armed()
	return err
}

// Hit does what the named point is armed with, nothing when it is not armed.
func Hit(name string) error {
	points, err := armed()
	if err != nil {
		return err
	}
	p, ok := points[name]
	if !ok || p.hits.Add(1) <= p.skip || !p.mine() {
		return nil
	}
	return p.act(name)
}

func (p point) act(name string) error {
	switch p.action {
	case "kill":
		// Not os.Exit: no deferred function may run, as in a real crash.
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "error":
		return fmt.Errorf("%w %s", Err, name)
	}
	time.Sleep(p.sleep)
	return nil
}

// mine reports whether this process is the one for which the point is armed.
func (p point) mine() bool {
	if p.once == "" {
		return true
	}
	f, err := os.OpenFile(p.once, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return false
	}
	return f.Close() == nil
}

func parse(text string) (map[string]point, error) {
	points := make(map[string]point)
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, action, ok := strings.Cut(part, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("%s: %q is not name=action", Env, part)
		}
		p, err := parseAction(action)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", Env, name, err)
		}
		points[name] = p
	}
	return points, nil
}

func parseAction(action string) (point, error) {
	action, once, limited := strings.Cut(action, ",once:")
	if limited && once == "" {
		return point{}, errors.New("once names no file")
	}
	action, skip, skips := strings.Cut(action, ",skip:")
	p := point{action: action, once: once, hits: &atomic.Int64{}}
	if skips {
		n, err := strconv.ParseInt(skip, 10, 64)
		if err != nil || n < 0 {
			return point{}, fmt.Errorf("%q is not a number of hits", skip)
		}
		p.skip = n
	}
	if ms, ok := strings.CutPrefix(action, "sleep:"); ok {
		n, err := strconv.Atoi(ms)
		if err != nil || n < 0 {
			return point{}, fmt.Errorf("%q is not a number of milliseconds", ms)
		}
		p.action, p.sleep = "sleep", time.Duration(n)*time.Millisecond
		return p, nil
	}
	if action != "kill" && action != "error" {
		return point{}, fmt.Errorf("%q is not an action", action)
	}
	return p, nil
}

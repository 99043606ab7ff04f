package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Limits of stopping a server, each longer than a healthy server ever needs.
const (
	fastLimit = 60 * time.Second // a fast shutdown writes a checkpoint, which a slow disk may take long over
	quitLimit = 10 * time.Second // an immediate shutdown writes nothing
	killLimit = time.Minute      // nothing outlives SIGKILL, but what waits for a busy disk dies late
)

// stopOrphans ends what is left of this place's server after its parent was killed: a postmaster without a parent, or
// backends without a postmaster. We hold the place's lock, so no living parent runs them. Then a stale postmaster.pid
// goes, since its number may by now belong to a process that has nothing to do with it.
func (p *place) stopOrphans(ctx context.Context, progress func(line string)) error {
	if pid, ok := p.orphanedPostmaster(); ok {
		progress(fmt.Sprintf("stopping the PostgreSQL (process %d) that an earlier run left behind", pid))
		if !stopGently(ctx, []int{pid}, syscall.SIGINT) {
			return fmt.Errorf("the PostgreSQL of an earlier run, process %d, does not stop", pid)
		}
	}
	if pids := p.orphanedBackends(); len(pids) > 0 && !stopGently(ctx, pids, syscall.SIGTERM) {
		return fmt.Errorf("backends of an earlier PostgreSQL do not stop: processes %v", pids)
	}
	err := os.Remove(filepath.Join(p.data(), "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// stopGently sends the signal, then stronger ones.
func stopGently(ctx context.Context, pids []int, first syscall.Signal) bool {
	signalAll(pids, first)
	if awaitGone(ctx, pids, fastLimit) {
		return true
	}
	signalAll(pids, syscall.SIGQUIT)
	if awaitGone(ctx, pids, quitLimit) {
		return true
	}
	signalAll(pids, syscall.SIGKILL)
	return awaitGone(ctx, pids, killLimit)
}

// orphanedPostmaster reads postmaster.pid and believes it only if that process is a postgres of this very data folder.
func (p *place) orphanedPostmaster() (int, bool) {
	content, err := os.ReadFile(filepath.Join(p.data(), "postmaster.pid"))
	if err != nil {
		return 0, false
	}
	first, _, _ := strings.Cut(string(content), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || pid <= 1 {
		return 0, false
	}
	for _, info := range processes() {
		if info.pid == pid && !info.zombie && p.isPostmaster(info.command) {
			return pid, true
		}
	}
	return 0, false
}

func (p *place) isPostmaster(command string) bool {
	program, arguments, _ := strings.Cut(command, " ")
	return filepath.Base(program) == "postgres" && strings.HasPrefix(arguments, "-D "+p.data()+" ")
}

// orphanedBackends finds processes titled "postgres: <cluster>: …".
func (p *place) orphanedBackends() []int {
	var pids []int
	for _, info := range processes() {
		if !info.zombie && strings.HasPrefix(info.command, "postgres: "+p.cluster()+": ") {
			pids = append(pids, info.pid)
		}
	}
	return pids
}

package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// Stop shuts the server down in order (open transactions are rolled back), removes an ephemeral cluster, and gives the
// folder free. The end of ctx turns it into an immediate shutdown, which the next start recovers from. Calling it again
// does nothing.
func (s *Server) Stop(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.place.lock == nil {
		return nil
	}
	err := s.shutdown(ctx)
	if s.opts.Ephemeral && err == nil {
		err = s.place.discard()
	}
	s.place.release()
	return err
}

// Kill ends the postmaster and all its backends by SIGKILL, as a crash of the machine would, and returns when they are
// gone. The cluster stays, an ephemeral one too; Restart recovers it.
func (s *Server) Kill() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil || !s.process.running() {
		return nil
	}
	pids := childrenOf(s.process.pid())
	s.process.signal(syscall.SIGKILL)
	signalAll(pids, syscall.SIGKILL)
	if !s.process.wait(context.Background(), killLimit) || !awaitGone(context.Background(), pids, killLimit) {
		return errors.New("PostgreSQL's processes did not end")
	}
	return nil
}

// Restart shuts a running server down and starts it again on the same port with the same data; a killed one it starts
// again. A stopped one has given its folder free and cannot be restarted.
func (s *Server) Restart(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.place.lock == nil {
		return errors.New("the PostgreSQL server was stopped; start another on its folder")
	}
	if err := s.shutdown(ctx); err != nil {
		return err
	}
	if err := s.place.stopOrphans(ctx, s.opts.Progress); err != nil {
		return err
	}
	return s.launch(ctx)
}

// Done is closed when the server's present process has ended, for whatever reason.
func (s *Server) Done() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process.done
}

func (s *Server) shutdown(ctx context.Context) error {
	if s.process == nil || !s.process.running() {
		return nil
	}
	s.process.signal(syscall.SIGINT)
	if s.process.wait(ctx, fastLimit) {
		return nil
	}
	s.process.signal(syscall.SIGQUIT)
	if s.process.wait(context.Background(), quitLimit) {
		return nil
	}
	s.process.signal(syscall.SIGKILL)
	if s.process.wait(context.Background(), killLimit) {
		return nil
	}
	return fmt.Errorf("the PostgreSQL server, process %d, does not stop", s.process.pid())
}

// openLog opens the server's log for appending and returns its present length; an overlong one is set aside.
func (s *Server) openLog() (*os.File, int64, error) {
	path := s.place.log()
	if info, err := os.Stat(path); err == nil && info.Size() > logLimit {
		if err := os.Rename(path, path+".old"); err != nil {
			return nil, 0, err
		}
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, 0, err
	}
	return file, info.Size(), nil
}

// complaints returns what the server wrote since the offset at a level that prevents a start, as " (…)" or "".
func complaints(path string, offset int64) string {
	content, err := os.ReadFile(path)
	if err != nil || offset > int64(len(content)) {
		return ""
	}
	var found []string
	for line := range strings.Lines(string(content[offset:])) {
		if strings.Contains(line, "the database system is") {
			continue // our own asking whether it is ready
		}
		for _, level := range []string{"FATAL:", "PANIC:", "LOG:  could not bind", "ERROR:"} {
			if _, text, ok := strings.Cut(line, level); ok {
				found = append(found, strings.TrimSpace(level+text))
			}
		}
	}
	if len(found) == 0 {
		return "; see " + path
	}
	return " (" + strings.Join(found, "; ") + ")"
}

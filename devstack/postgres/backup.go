package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Backup copies the whole cluster, all its databases, to one moment while the server works, as pg_basebackup does. name is
// of a new folder beside the cluster.
func (s *Server) Backup(ctx context.Context, name string) error {
	if err := errors.Join(os.Mkdir(s.backup(name), 0o700), s.place.account.own(s.backup(name))); err != nil {
		return err
	}
	args := []string{"--dbname=" + s.URL("postgres"), "--pgdata=" + s.backup(name), "--wal-method=stream", "--checkpoint=fast"}
	if s.opts.Ephemeral {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(s.programs.Dir, "pg_basebackup"), args...)
	cmd.Dir = s.place.data()
	cmd.Env = serverEnv()
	s.place.account.become(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("pg_basebackup: %s", lastLine(string(out), err))
	}
	return nil
}

// Restore puts a backup in the place of the cluster, whose server must have been killed. Restart then starts it, on the same
// port.
func (s *Server) Restore(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil && s.process.running() {
		return errors.New("the server still runs on the cluster that is to be replaced")
	}
	if err := os.RemoveAll(s.place.data()); err != nil {
		return err
	}
	return os.Rename(s.backup(name), s.place.data())
}

func (s *Server) backup(name string) string {
	return filepath.Join(filepath.Dir(s.place.data()), "backup-"+filepath.Base(name))
}

package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ensureCluster makes the cluster when there is none. It is built under another name and renamed at the end, so that a
// crash in between leaves nothing that looks complete.
func (p *place) ensureCluster(ctx context.Context, programs Programs, opts Options) error {
	if err := p.dropUseless(opts); err != nil {
		return err
	}
	if _, err := os.Stat(p.data()); err == nil {
		return p.checkVersion(programs)
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	opts.Progress("creating a private PostgreSQL cluster in " + p.data())
	password := rand.Text()
	if err := p.initdb(ctx, programs, password, opts.Ephemeral); err != nil {
		return err
	}
	// The password first: a cluster without its password is useless, a password without a cluster is harmless.
	if err := os.WriteFile(p.password(), []byte(password), 0o600); err != nil {
		return err
	}
	return os.Rename(p.fresh(), p.data())
}

// dropUseless removes what no start may go on with: an unfinished cluster, one whose owner's folder was deleted, and an
// ephemeral one, which after a crash may be damaged because it never synced.
func (p *place) dropUseless(opts Options) error {
	if err := os.RemoveAll(p.fresh()); err != nil {
		return err
	}
	if !p.leftover && !opts.Ephemeral {
		return nil
	}
	if p.leftover {
		opts.Progress("removing the cluster of a deleted folder from " + p.dir)
		p.leftover = false
	}
	return os.RemoveAll(p.data())
}

func (p *place) initdb(ctx context.Context, programs Programs, password string, ephemeral bool) error {
	if err := os.Mkdir(p.fresh(), 0o700); err != nil {
		return err
	}
	pwfile := filepath.Join(p.dir, "password.init")
	if err := os.WriteFile(pwfile, []byte(password), 0o600); err != nil {
		return err
	}
	defer func() { _ = os.Remove(pwfile) }()
	if err := errors.Join(p.account.own(p.fresh()), p.account.own(pwfile)); err != nil {
		return err
	}
	args := []string{
		"--pgdata=" + p.fresh(), "--username=" + superuser, "--pwfile=" + pwfile, "--auth=scram-sha-256",
		"--encoding=UTF8", "--locale=C",
	}
	if ephemeral {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, programs.initdb(), args...)
	cmd.Dir = p.fresh()
	cmd.Env = serverEnv()
	p.account.become(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %s", lastLine(string(out), err))
	}
	return nil
}

// checkVersion refuses a cluster of another major version with a line that says what to do, before the server does
// with one that does not.
func (p *place) checkVersion(programs Programs) error {
	content, err := os.ReadFile(filepath.Join(p.data(), "PG_VERSION"))
	if err != nil {
		return fmt.Errorf("%s holds no PostgreSQL cluster: %w", p.data(), err)
	}
	if have, want := strings.TrimSpace(string(content)), fmt.Sprint(programs.Major); have != want {
		return fmt.Errorf("the cluster in %s was made by PostgreSQL %s, but PostgreSQL %s was found; install %s, or remove the folder to begin anew",
			p.data(), have, want, have)
	}
	return nil
}

// serverEnv is the whole environment of the server's programs: nothing of ours, such as PGPORT or PGDATA, may steer them.
func serverEnv() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
}

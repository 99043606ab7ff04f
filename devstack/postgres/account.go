package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is the unprivileged user that runs the server when we are root, which PostgreSQL refuses to be.
type account struct {
	name     string
	uid, gid uint32
}

// serverAccount returns nil when this process is not root: the server then runs as the same user.
func serverAccount() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(found.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(found.Gid, 10, 32)
		if err := errors.Join(errUID, errGID); err != nil {
			return nil, fmt.Errorf("ids of the user %s: %w", name, err)
		}
		return &account{name: name, uid: uint32(uid), gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody to run it")
}

// become makes a command run as the account, without root's further groups.
func (a *account) become(cmd *exec.Cmd) {
	if a == nil {
		return
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
}

// canEnter asks the kernel, by starting a program of PostgreSQL there: modes, lists of access rights and mounts all
// count, and only the kernel knows them all.
func (a *account) canEnter(ctx context.Context, programs Programs, dir string) bool {
	cmd := exec.CommandContext(ctx, programs.initdb(), "--version")
	cmd.Dir = dir
	a.become(cmd)
	return cmd.Run() == nil
}

// own gives a file or folder to the account.
func (a *account) own(path string) error {
	if a == nil {
		return nil
	}
	return os.Chown(path, int(a.uid), int(a.gid))
}

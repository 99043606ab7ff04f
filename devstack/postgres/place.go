package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrInUse says that another living process runs the cluster of this folder.
var ErrInUse = errors.New("the PostgreSQL folder is in use by another process")

// recordName is the file in the caller's folder that says where the cluster is, when it is not in that folder.
const recordName = "location"

// dirTries is how often a folder is made that others remove when they leave.
const dirTries = 100

// place is the folder that holds one cluster: data/, the password, the log and the lock.
type place struct {
	dir     string
	account *account
	lock    *os.File
	// elsewhere is the caller's folder when the cluster had to be put outside of it, else "".
	elsewhere string
	// leftover says that a cluster lies here whose record, and so its owner's folder, was deleted.
	leftover bool
}

func (p *place) data() string     { return filepath.Join(p.dir, "data") }
func (p *place) fresh() string    { return filepath.Join(p.dir, "data.new") }
func (p *place) log() string      { return filepath.Join(p.dir, "postgres.log") }
func (p *place) password() string { return filepath.Join(p.dir, "password") }

// cluster is the cluster_name of this place. PostgreSQL shows it in the titles of all its processes, by which those
// that lost their postmaster can be told from those of other clusters.
func (p *place) cluster() string { return "arrears-" + hashOf(p.data()) }

func hashOf(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:8])
}

// openPlace decides where the cluster of opts.Dir lives, makes the folder, and locks it for the life of this process.
func openPlace(ctx context.Context, programs Programs, opts Options) (*place, error) {
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the PostgreSQL folder: %w", err)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, err
	}
	acc, err := serverAccount()
	if err != nil {
		return nil, err
	}
	p := &place{dir: dir, account: acc}
	if acc != nil {
		if err := p.moveIfUnreachable(ctx, programs, opts); err != nil {
			return nil, err
		}
	}
	return p, p.acquire()
}

// moveIfUnreachable leaves the place where it is when the server's account can enter it, follows the record of an
// earlier start, or else picks a folder that the account can enter and records it.
func (p *place) moveIfUnreachable(ctx context.Context, programs Programs, opts Options) error {
	record := filepath.Join(p.dir, recordName)
	if content, err := os.ReadFile(record); err == nil {
		return p.moveTo(strings.TrimSpace(string(content)))
	}
	if p.account.canEnter(ctx, programs, p.dir) {
		return nil
	}
	origin := p.dir
	for _, base := range opts.bases() {
		target := filepath.Join(base, hashOf(origin))
		if err := makeOwnDir(base); err != nil {
			continue
		}
		if err := p.moveTo(target); err != nil || !p.account.canEnter(ctx, programs, target) {
			continue
		}
		_, err := os.Stat(p.data())
		p.leftover = err == nil
		opts.Progress(fmt.Sprintf("%s cannot be entered by the user %s, who must run PostgreSQL; the cluster is kept in %s",
			origin, p.account.name, target))
		return os.WriteFile(record, []byte(target+"\n"), 0o644)
	}
	return fmt.Errorf("%s cannot be entered by the user %s, who must run PostgreSQL, nor can a folder be made in %s",
		origin, p.account.name, strings.Join(opts.bases(), " or "))
}

func (p *place) moveTo(target string) error {
	if p.elsewhere == "" {
		p.elsewhere = p.dir
	}
	p.dir = target
	return makeOwnDir(target)
}

// makeOwnDir makes a folder, or accepts one that we own: a folder that someone else prepared under a shared temporary
// directory could lead elsewhere. Another process that throws its cluster away removes the folder around it when nothing
// else lies there, which may be between two of our steps: then it is made again.
func makeOwnDir(dir string) error {
	err := makeDirOnce(dir)
	for try := 1; try < dirTries && (errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrExist)); try++ {
		err = makeDirOnce(dir) // it was gone, or was there and is gone
	}
	return err
}

func makeDirOnce(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to someone else", dir)
	}
	return nil
}

// acquire locks the place. The lock goes with the process, however it ends, so a folder never stays locked by a crash.
func (p *place) acquire() error {
	file, err := os.OpenFile(filepath.Join(p.dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open the lock of the PostgreSQL folder: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		return fmt.Errorf("%w: %s", ErrInUse, p.dir)
	}
	p.lock = file
	return nil
}

func (p *place) release() {
	if p.lock != nil {
		_ = p.lock.Close()
		p.lock = nil
	}
}

// discard removes everything of the cluster, and the folder itself and its record where it lay elsewhere.
func (p *place) discard() error {
	if p.elsewhere != "" {
		err := errors.Join(os.RemoveAll(p.dir), os.Remove(filepath.Join(p.elsewhere, recordName)))
		_ = os.Remove(filepath.Dir(p.dir)) // fails, as it should, while other clusters lie there
		return err
	}
	return errors.Join(os.RemoveAll(p.data()), os.RemoveAll(p.fresh()), os.RemoveAll(p.password()))
}

package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// ErrBusy says that another living process runs in the folder.
var ErrBusy = errors.New("another process runs here")

// home is the folder of everything that is kept, locked for the life of this process. The lock is the system's, on an open
// file: it ends with the process, however that ends, so nothing is left to clean up.
type home struct {
	dir  string
	lock *os.File
}

// openHome makes the folder if need be and locks it. Error: ErrBusy.
func openHome(dir string) (*home, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { // PostgreSQL's user must be able to enter it
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the data folder: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		busy := fmt.Errorf("%w: %s belongs to process %s; stop that one first, or set ARREARS_DATA_DIR", ErrBusy, dir, holder(lock))
		return nil, errors.Join(busy, lock.Close())
	}
	h := &home{dir: dir, lock: lock}
	return h, h.sign()
}

// sign leaves our process id for whoever finds the folder locked.
func (h *home) sign() error {
	if err := h.lock.Truncate(0); err != nil {
		return err
	}
	_, err := h.lock.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

func holder(lock *os.File) string {
	text := make([]byte, 20)
	n, _ := lock.ReadAt(text, 0) // an empty file is a process that has just begun
	if pid := strings.TrimSpace(string(text[:n])); pid != "" {
		return pid
	}
	return "unknown"
}

func (h *home) path(parts ...string) string {
	return filepath.Join(append([]string{h.dir}, parts...)...)
}

// shown is a path as people type it: relative to where they are, when that is shorter.
func (h *home) shown(parts ...string) string {
	full := h.path(parts...)
	here, err := os.Getwd()
	if err != nil {
		return full
	}
	if near, err := filepath.Rel(here, full); err == nil && !strings.HasPrefix(near, "..") {
		return near
	}
	return full
}

// close gives the folder free.
func (h *home) close() error { return h.lock.Close() }

package plant

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"arrears/devstack/bench/measure"
)

// process says what to start.
type process struct {
	name string // as figures and logs call it
	path string
	args []string
	env  []string
}

// Process is a process that was started. Its standard error goes to a file of its name.
type Process struct {
	Name  string
	cmd   *exec.Cmd
	lines chan string
	done  chan struct{}
	keep  io.Closer // its standard input: a role ends when it is closed, also by our own death
	log   string
	once  sync.Once
}

// start starts a process and remembers it until it is stopped.
func (s *Servers) start(ctx context.Context, p process) (*Process, error) {
	log := filepath.Join(s.Dir, p.name+".log")
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // the child has its own
	cmd := exec.CommandContext(context.WithoutCancel(ctx), p.path, p.args...)
	cmd.Env, cmd.Stderr = append(os.Environ(), p.env...), file
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", p.name, err)
	}
	started := &Process{Name: p.name, cmd: cmd, lines: make(chan string, 16), done: make(chan struct{}), keep: in, log: log}
	go started.watch(out)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live = append(s.live, started)
	return started, nil
}

// watch passes on what the process says until it ends.
func (p *Process) watch(out io.Reader) {
	scanner := bufio.NewScanner(out)
	for scanner.Scan() {
		select {
		case p.lines <- scanner.Text():
		default: // nobody listens any more
		}
	}
	close(p.lines)
	_ = p.cmd.Wait() // how it ended is in ProcessState
	close(p.done)
}

// Line is the next line that the process says; an error when it ends first.
func (p *Process) Line(ctx context.Context) (string, error) {
	select {
	case line, ok := <-p.lines:
		if !ok {
			return "", fmt.Errorf("%s ended: %s", p.Name, p.complaint())
		}
		return line, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// complaint is the last that it wrote to its log.
func (p *Process) complaint() string {
	text, err := os.ReadFile(p.log)
	if err != nil || len(text) == 0 {
		return "it said nothing"
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1]
}

// PID is the process's id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Resident is how much memory it uses, in bytes; 0 when it has ended.
func (p *Process) Resident() int64 {
	found, err := measure.ReadProcess(p.PID())
	if err != nil {
		return 0
	}
	return found.Resident
}

// Ended reports whether it has ended.
func (p *Process) Ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Kill ends it as a crash does, and waits until it is gone.
func (p *Process) Kill() {
	p.release()
	_ = p.cmd.Process.Kill()
	<-p.done
}

func (p *Process) release() { p.once.Do(func() { _ = p.keep.Close() }) }

// Stop asks it to end and waits; one that does not is killed when ctx ends.
func (p *Process) Stop(ctx context.Context) error {
	if p.Ended() {
		return nil
	}
	p.release()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		p.Kill()
		return fmt.Errorf("%s had to be killed", p.Name)
	}
}

// build builds the product's binary from the tree around this module.
func build(ctx context.Context, dir string) (string, error) {
	root, err := Root(ctx)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "arrears")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", path, "./cmd/arrears")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the product: %w: %s", err, out)
	}
	return path, nil
}

// Root is the folder of the product's module.
func Root(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "arrears").Output()
	if err != nil {
		return "", fmt.Errorf("find the product's module (run this in devstack's folder): %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

package faults

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"arrears/devstack/e2e/house"
	"arrears/internal/failpoint"
)

// crew keeps processes of the product alive, as an init system does: whatever ends is started again.
type crew struct {
	t    *testing.T
	h    *house.House
	done sync.WaitGroup
	quit chan struct{}

	mu    sync.Mutex
	posts []*post
}

// post is a process that is always there again.
type post struct {
	name string
	args []string
	env  []string

	mu      sync.Mutex
	now     *house.Process
	starts  int
	killed  int // by SIGKILL, from outside or at a failpoint
	leaving int // ended otherwise: what they need was not there
	rest    func() time.Duration
}

func newCrew(t *testing.T, h *house.House) *crew {
	t.Helper()
	c := &crew{t: t, h: h, quit: make(chan struct{})}
	t.Cleanup(c.dismiss)
	return c
}

// errand is a command that is given again until it succeeds.
type errand struct {
	mu   sync.Mutex
	done bool
	last string
}

// keepUntilDone starts a command, again whenever it fails.
func (c *crew) keepUntilDone(name string, args []string, env ...string) *errand {
	c.t.Helper()
	e := &errand{}
	p := &post{name: name, args: args, env: env, rest: soon}
	c.mu.Lock()
	c.posts = append(c.posts, p)
	c.mu.Unlock()
	c.done.Go(func() {
		for {
			process := c.start(p)
			select {
			case <-c.quit:
				return
			case <-process.Done():
			}
			p.note(process)
			e.mu.Lock()
			e.done, e.last = process.Succeeded(), process.Said()
			e.mu.Unlock()
			if process.Succeeded() {
				return
			}
			time.Sleep(p.rest())
		}
	})
	return e
}

func (e *errand) isDone() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.done
}

// note counts how a process ended.
func (p *post) note(process *house.Process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if process.Killed() {
		p.killed++
	} else {
		p.leaving++
	}
}

// soon is how long a process stays away: a moment.
func soon() time.Duration { return time.Duration(50+rand.IntN(200)) * time.Millisecond }

// keep starts a process and starts it again whenever it ends.
func (c *crew) keep(name string, args []string, env ...string) *post {
	c.t.Helper()
	p := &post{name: name, args: args, env: env, rest: soon}
	c.mu.Lock()
	c.posts = append(c.posts, p)
	c.mu.Unlock()
	c.start(p)
	c.done.Go(func() { c.watch(p) })
	return p
}

func (c *crew) start(p *post) *house.Process {
	process := c.h.Process(p.args, p.env...)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = process
	p.starts++
	return process
}

func (c *crew) watch(p *post) {
	p.mu.Lock()
	process := p.now
	p.mu.Unlock()
	for {
		select {
		case <-c.quit:
			return
		case <-process.Done():
		}
		p.note(process)
		select {
		case <-c.quit:
			return
		case <-time.After(p.rest()):
		}
		process = c.start(p)
	}
}

// kill ends a process as a crash does.
func (p *post) kill() {
	p.mu.Lock()
	process := p.now
	p.mu.Unlock()
	process.Kill()
}

// kills is how many processes of the crew were killed.
func (c *crew) kills() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, p := range c.posts {
		p.mu.Lock()
		n += p.killed
		p.mu.Unlock()
	}
	return n
}

// dismiss lets nobody start again; the processes end with the test.
func (c *crew) dismiss() {
	select {
	case <-c.quit:
	default:
		close(c.quit)
	}
	c.done.Wait()
}

// trap arms a point in whichever process comes there first, which dies there.
func trap(t *testing.T, point string) string {
	t.Helper()
	return failpoint.Env + "=" + point + "=kill,once:" + filepath.Join(t.TempDir(), strings.ReplaceAll(point, ".", "-"))
}

// awaitKill waits until a process of the crew has died at its point.
func (c *crew) awaitKill() {
	c.t.Helper()
	c.h.UntilLong("a process dies at its point", func() bool { return c.kills() > 0 })
}

package plant

import (
	"errors"
	"os"
	"time"

	"arrears/devstack/bench/measure"
)

// Cost is processor time: of the whole machine, and of our processes by their name.
type Cost struct {
	Machine time.Duration            `json:"machine"`
	Parts   map[string]time.Duration `json:"parts"`
}

// Spent reads how much processor time has been spent so far; nothing where the system has no /proc.
func (s *Servers) Spent() (Cost, error) {
	machine, err := measure.Machine()
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return Cost{}, err
	}
	c := Cost{Machine: machine, Parts: map[string]time.Duration{}}
	add := func(name string, pid int, read func(int) (measure.Process, error)) {
		if p, err := read(pid); err == nil {
			c.Parts[name] += p.Own
		}
	}
	add("postgres", s.Postgres.PID(), measure.Tree)
	add("harness", os.Getpid(), measure.ReadProcess)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.live {
		add(p.Name, p.PID(), measure.ReadProcess)
	}
	return c, nil
}

// Since is what was spent between two readings.
func (c Cost) Since(before Cost) Cost {
	d := Cost{Machine: c.Machine - before.Machine, Parts: map[string]time.Duration{}}
	for name, spent := range c.Parts {
		if spent -= before.Parts[name]; spent > 0 {
			d.Parts[name] = spent
		}
	}
	return d
}

// Ours is the sum of the parts.
func (c Cost) Ours() time.Duration {
	var sum time.Duration
	for _, spent := range c.Parts {
		sum += spent
	}
	return sum
}

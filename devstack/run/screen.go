package run

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// screen is what people see: steps while it starts, one panel when it is ready, and then what happens. It colours and
// redraws on a terminal and writes plain lines everywhere else. It is safe for concurrent use.
type screen struct {
	mu    sync.Mutex
	w     io.Writer
	live  bool // a terminal
	color bool
	began time.Time
	open  bool // a progress line is under way on a terminal
	last  int  // the tenth that a progress last told, elsewhere
}

func newScreen(w io.Writer) *screen {
	s := &screen{w: w, began: time.Now(), last: -1}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		s.live = true
		s.color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	return s
}

// The few colours, by their meaning.
const (
	bold  = "1"
	faint = "2"
	green = "32"
	amber = "33"
	red   = "31"
	cyan  = "36"
)

func (s *screen) paint(style, text string) string {
	if !s.color {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

// step tells what is being done, with the seconds since the start.
func (s *screen) step(format string, args ...any) {
	seconds := fmt.Sprintf("%5.1f s", time.Since(s.began).Seconds())
	s.line(s.paint(faint, seconds) + "  " + fmt.Sprintf(format, args...))
}

// line writes one line.
func (s *screen) line(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endProgress()
	fmt.Fprintln(s.w, text)
}

// progress redraws a bar on a terminal, and elsewhere writes a line for each tenth.
func (s *screen) progress(what string, done, total int) {
	if total < 1 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	tenth := done * 10 / total
	if s.live {
		const width = 30
		full := min(width, done*width/total)
		fmt.Fprintf(s.w, "\r         %s %s%s %d of %d\x1b[K", what, s.paint(green, strings.Repeat("█", full)), strings.Repeat("░", width-full), done, total)
		s.open = true
		if done >= total {
			s.endProgress()
		}
		return
	}
	if tenth != s.last {
		s.last = tenth
		fmt.Fprintf(s.w, "         %s %d of %d\n", what, done, total)
	}
	if done >= total {
		s.last = -1
	}
}

func (s *screen) endProgress() {
	if s.open {
		fmt.Fprintln(s.w)
		s.open = false
	}
}

// row is one line of the panel.
type row struct{ name, value string }

// panel writes a titled table between rules.
func (s *screen) panel(title string, rows []row) {
	width := 0
	for _, r := range rows {
		width = max(width, len(r.name))
	}
	rule := s.paint(faint, strings.Repeat("─", 78))
	lines := []string{"", rule, " " + s.paint(bold, title), ""}
	for _, r := range rows {
		lines = append(lines, fmt.Sprintf(" %s  %s", s.paint(cyan, fmt.Sprintf("%-*s", width, r.name)), r.value))
	}
	s.line(strings.Join(append(lines, rule, ""), "\n"))
}

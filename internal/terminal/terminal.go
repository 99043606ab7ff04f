// Package terminal is what people see of a command: lines, steps, progress, tables and panels. It colours and redraws on a
// terminal and writes plain lines everywhere else. It knows nothing of the product; cmd and devstack use it.
package terminal

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// Terminal writes for people. It is safe for concurrent use.
type Terminal struct {
	mu    sync.Mutex
	w     io.Writer
	live  bool // a terminal
	color bool
	began time.Time
	open  bool // a progress line is under way on a terminal
	last  int  // the tenth that a progress last told, elsewhere
	wide  func() int
}

// New writes to w and finds out whether w is a terminal. NO_COLOR and TERM=dumb turn colours off.
func New(w io.Writer) *Terminal {
	t := &Terminal{w: w, began: time.Now(), last: -1}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		t.live = true
		t.wide = func() int { return columns(int(f.Fd())) }
		t.color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	return t
}

// Style is how a piece of text looks on a terminal.
type Style string

// The few styles.
const (
	Bold  Style = "1"
	Faint Style = "2"
	Red   Style = "31"
	Green Style = "32"
	Amber Style = "33"
	Cyan  Style = "36"
)

// Paint styles the text where there are colours.
func (t *Terminal) Paint(style Style, text string) string {
	if !t.color || text == "" {
		return text
	}
	return "\x1b[" + string(style) + "m" + text + "\x1b[0m"
}

// Step tells what is being done, with the seconds since the start.
func (t *Terminal) Step(format string, args ...any) {
	seconds := fmt.Sprintf("%5.1f s", time.Since(t.began).Seconds())
	t.Line(t.Paint(Faint, seconds) + "  " + fmt.Sprintf(format, args...))
}

// Line writes one line.
func (t *Terminal) Line(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.endProgress()
	fmt.Fprintln(t.w, text)
}

// barWidth leaves room for words on a line of 80 characters.
const barWidth = 30

// Progress redraws a bar on a terminal, and elsewhere writes a line for each tenth.
func (t *Terminal) Progress(what string, done, total int64) {
	if total < 1 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.live {
		t.bar(what, done, total)
	} else if tenth := int(done * 10 / total); tenth != t.last {
		t.last = tenth
		fmt.Fprintf(t.w, "         %s %d of %d\n", what, done, total)
	}
	if done >= total {
		t.endProgress()
		t.last = -1
	}
}

func (t *Terminal) bar(what string, done, total int64) {
	full := int(min(barWidth, done*barWidth/total))
	drawn := t.Paint(Green, strings.Repeat("█", full)) + strings.Repeat("░", barWidth-full)
	fmt.Fprintf(t.w, "\r         %s %s %d of %d\x1b[K", what, drawn, done, total)
	t.open = true
}

func (t *Terminal) endProgress() {
	if t.open {
		fmt.Fprintln(t.w)
		t.open = false
	}
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"arrears/devstack/bench/measure"
)

// marks are the lines between which a document holds what was measured at a size.
func marks(size string) (begin, end string) {
	return "<!-- measured at size " + size + ": begin -->", "<!-- measured at size " + size + ": end -->"
}

// errNoMarks means that a document has no place for the table.
var errNoMarks = errors.New("the document has no place for this size")

// result is everything that a run came to.
type result struct {
	Size    string        `json:"size"`
	Took    time.Duration `json:"took"`
	Machine []string      `json:"machine"`
	Rows    []measure.Row `json:"rows"`
}

// markdown is what is printed, and what a document holds between its marks.
func (r result) markdown() string {
	var text strings.Builder
	for _, line := range r.Machine {
		fmt.Fprintf(&text, "- %s\n", line)
	}
	fmt.Fprintf(&text, "- size %s, %.0f minutes\n\n", r.Size, r.Took.Minutes())
	text.WriteString(measure.Markdown(r.Rows))
	return text.String()
}

// write puts the table between the marks of a document.
func (r result) write(path string) error {
	document, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	filled, err := between(string(document), r.Size, r.markdown())
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, []byte(filled), 0o644)
}

// between replaces what stands between the marks of a size.
func between(document, size, text string) (string, error) {
	begin, end := marks(size)
	head, rest, ok := strings.Cut(document, begin+"\n")
	_, tail, ends := strings.Cut(rest, end)
	if !ok || !ends {
		return "", errNoMarks
	}
	return head + begin + "\n\n" + strings.TrimSpace(text) + "\n\n" + end + tail, nil
}

// keep writes every reading to a file.
func (r result) keep(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

package reading

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"time"

	"arrears/domain/remittance"
	"arrears/domain/remittance/csvfile"
	"arrears/domain/remittance/formats"
)

// Reading is what it took to read a file once.
type Reading struct {
	Bytes    int64         `json:"bytes"`
	Entries  int64         `json:"entries"`
	Took     time.Duration `json:"took"`
	Resident int64         `json:"resident"` // of the whole process at its peak, in bytes
	Heap     int64         `json:"heap"`     // what the heap took from the system
}

// Read reads a file of about so many bytes: plain by a loop that keeps nothing and understands nothing, else by the product,
// which has to find every payment and nothing wrong.
func Read(format string, size int64, plain bool) (Reading, error) {
	f, err := newFile(format, size)
	if err != nil {
		return Reading{}, err
	}
	in := &counted{in: f.open()}
	began := time.Now()
	var got Reading
	switch {
	case plain && format == "camt":
		got.Entries, err = tokens(in)
	case plain:
		_, err = lines(in)
	default:
		got.Entries, err = ours(format, in)
	}
	got.Took, got.Bytes = time.Since(began), in.bytes
	if err == nil && got.Entries != f.entries && (!plain || format == "camt") {
		err = fmt.Errorf("%d of %d entries were found", got.Entries, f.entries)
	}
	if err != nil {
		return got, err
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	got.Heap = int64(m.HeapSys) //nolint:gosec // a heap is smaller than half of what can be addressed
	got.Resident, err = peak("/proc/self/status")
	return got, err
}

// ours reads as the product does before it records anything.
func ours(format string, in io.Reader) (int64, error) {
	o := formats.Options{Format: formats.Format(format)}
	if o.Format == formats.CSV {
		var err error
		if o.Profile, err = csvfile.Shipped("bank-us"); err != nil {
			return 0, err
		}
	}
	var s sink
	_, err := formats.Read(in, o, remittance.Check(&s))
	return s.entries, err
}

// tokens reads the tokens of XML and counts entries.
func tokens(in io.Reader) (int64, error) {
	d := xml.NewDecoder(in)
	var n int64
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if e, ok := t.(xml.StartElement); ok && e.Name.Local == "Ntry" {
			n++
		}
	}
}

// lines reads lines.
func lines(in io.Reader) (int64, error) {
	r := bufio.NewReaderSize(in, 64<<10)
	for n := int64(0); ; n++ {
		_, err := r.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// sink counts payments, and ends at the first thing that is wrong.
type sink struct{ entries int64 }

// Begin takes a statement's start.
func (*sink) Begin(remittance.Statement) error { return nil }

// End takes a statement's end.
func (*sink) End(remittance.Statement) error { return nil }

// Advice takes an advice, of which there is none.
func (*sink) Advice(remittance.Advice) error { return nil }

// Transaction counts.
func (s *sink) Transaction(remittance.Transaction) error {
	s.entries++
	return nil
}

// Problem ends the reading; that a CSV tells no balances is as it should be.
func (*sink) Problem(p remittance.Problem) error {
	if p.Code == remittance.CodeNoBalance {
		return nil
	}
	return fmt.Errorf("line %d, %s: %s: %s", p.Line, p.Field, p.Code, p.Message)
}

// counted counts the bytes that were read.
type counted struct {
	in    io.Reader
	bytes int64
}

// Read gives what comes next.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.bytes += int64(n)
	return n, err
}

// peak is the most memory that a process had, which the kernel keeps.
func peak(path string) (int64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	_, rest, found := bytes.Cut(text, []byte("VmHWM:"))
	fields := bytes.Fields(rest)
	if !found || len(fields) < 2 || string(fields[1]) != "kB" {
		return 0, fmt.Errorf("%s does not tell the peak of a process's memory", path)
	}
	kib, err := strconv.ParseInt(string(fields[0]), 10, 64)
	return kib << 10, err
}

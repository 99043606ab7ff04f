// Command reader reads a long bank statement once and prints what that took. It is a program of its own so that the memory of
// its process is that of the reading alone; bench builds and starts it.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/alecthomas/kong"

	"arrears/devstack/bench/reading"
)

type command struct {
	Format string `required:"" help:"camt, bai2, mt940 or csv."`
	Size   int64  `required:"" help:"In bytes."`
	Plain  bool   `help:"By a loop that keeps nothing and understands nothing."`
}

func main() {
	var c command
	kong.Parse(&c, kong.Name("reader"), kong.Description("Reads a long bank statement once and says what that took."))
	took, err := reading.Read(c.Format, c.Size, c.Plain)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(took)
	}
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "reader:", err)
		os.Exit(1)
	}
}

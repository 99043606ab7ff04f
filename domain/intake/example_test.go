package intake_test

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"arrears/domain/calendar"
	"arrears/domain/intake"
)

// A file is read row by row; what is refused says why, and reading goes on.
func ExampleReader() {
	profile, err := intake.Shipped("arrears")
	if err != nil {
		fmt.Println(err)
		return
	}
	file := strings.NewReader("number,customer_number,invoice_date,currency,amount\n" +
		"R-1,4711,2026-01-10,EUR,1200.00\n" +
		"R-2,4711,2026-01-11,EUR,\"1,90\"\n")
	reader, err := intake.NewReader(file, profile, intake.Options{Today: calendar.MustDate("2026-03-02")})
	if err != nil {
		fmt.Println(err)
		return
	}
	for {
		record, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		if problem, refused := record.Refused(); refused {
			fmt.Printf("line %d, %s: %s\n", record.Line, problem.Field, problem.Code)
			continue
		}
		fmt.Println(record.Row.Number, record.Row.AmountMinor, record.Row.Currency)
	}
	// Output:
	// R-1 120000 EUR
	// line 3, amount: intake.malformed_amount
}

// A profile is data; one that contradicts itself is refused with the path of every field.
func ExampleLoadProfile() {
	profile, err := intake.LoadProfile([]byte(`
name: ledger
decimal: ","
thousands: "."
constants: {currency: EUR}
columns:
  - {header: Beleg, field: number}
  - {header: Kunde, field: customer_number}
  - {header: Datum, field: invoice_date, dates: [DD.MM.YYYY]}
  - {header: Betrag, field: amount}
`))
	fmt.Println(profile.Source, profile.Match, err)
	// Output: ledger number <nil>
}

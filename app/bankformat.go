package app

import (
	"io"
	"slices"
	"strings"

	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
	"arrears/domain/remittance/csvfile"
	"arrears/domain/remittance/formats"
)

// fileFormat says how a file is read where it does not tell itself: the profile of a CSV is the name of a shipped one, or its
// text. Errors: receivable.invalid, and those of a profile.
func fileFormat(format, profile string) (formats.Options, error) {
	o := formats.Options{Format: formats.Format(format)}
	var f receivable.Form
	if format != "" && !o.Format.Known() {
		f.Add("format", receivable.CodeOutOfRange, "is none of the formats that are read")
	}
	if profile != "" && format != "" && o.Format != formats.CSV {
		f.Add("profile", receivable.CodeOutOfRange, "is for CSV alone")
	}
	if profile == "" && o.Format == formats.CSV {
		f.Add("profile", receivable.CodeRequired, "is required for a CSV: nothing in it says what its columns mean")
	}
	if err := f.Err("bank file"); err != nil || profile == "" {
		return o, err
	}
	var err error
	switch names := csvfile.ShippedNames(); {
	case slices.Contains(names, profile):
		o.Profile, err = csvfile.Shipped(profile)
	case !strings.ContainsAny(profile, ":\n"):
		err = fault.Newf(fault.Invalid, csvfile.CodeMalformedProfile, "%.70q is neither the text of a profile nor the name of a shipped one: %s", profile,
			strings.Join(names, ", "))
	default:
		o.Profile, err = csvfile.LoadProfile([]byte(profile))
	}
	return o, err
}

// CheckBankProfile reports what is wrong with the profile of a CSV: its text, or the name of a shipped one.
// Errors: remittance.malformed_profile.
func CheckBankProfile(profile string) error {
	_, err := fileFormat("", profile)
	return err
}

func detectFormat(head []byte) bool {
	_, ok := formats.Detect(head)
	return ok
}

// readFormat reads a file and tells which format it is of.
func readFormat(in io.Reader, format, profile string, to remittance.Sink) (string, error) {
	o, err := fileFormat(format, profile)
	if err != nil {
		return format, err
	}
	found, err := formats.Read(in, o, to)
	return string(found), err
}

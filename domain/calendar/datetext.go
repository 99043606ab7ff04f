package calendar

import (
	"database/sql/driver"
	"time"

	"arrears/domain/fault"
)

// MarshalText writes the date as "2006-01-02", no date as an empty text.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes. Error: CodeInvalidDate.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = 0
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Value hands the date to SQL as "2006-01-02", no date as NULL. It is a text and not a time.Time, because the latter may
// be taken for a moment and shifted by the session's time zone.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads a date column: NULL is no date; a time.Time counts by the date it shows in its own zone; texts are read by
// ParseDate. Error: CodeInvalidDate for anything else, infinity included.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = 0
		return nil
	case time.Time:
		parsed, err := NewDate(v.Date())
		if err != nil {
			return err
		}
		*d = parsed
		return nil
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	}
	return fault.Newf(fault.Invalid, CodeInvalidDate, "a %T is not a date", src)
}

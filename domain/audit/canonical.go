package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"arrears/domain/fault"
)

// maxData bounds an entry's data. Entries hold ids and amounts; whatever is larger belongs in a document.
const maxData = 1 << 20

// emptyData is what no data at all counts as, because the database's default is an empty object.
const emptyData = "{}"

// JSON writes v as canonical JSON for an entry's Data. Error: CodeInvalidData.
func JSON(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, invalidData(err)
	}
	return CanonicalJSON(raw)
}

// CanonicalJSON writes any JSON text in the one form that is hashed: object keys sorted by bytes and each once, no blanks,
// no escapes but the necessary ones, and numbers as they stand. The database keeps JSON in an order and spacing of its own,
// so what is read back from it goes through here before it is verified. A text that is in that form is returned itself. Numbers that the database would rewrite
// (exponents, minus zero) and the character U+0000, which it refuses, are refused here; amounts are integers of minor units
// anyway, and rates are texts. Error: CodeInvalidData.
func CanonicalJSON(raw []byte) ([]byte, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return []byte(emptyData), nil
	}
	if plainlyCanonical(raw) {
		return raw, nil
	}
	if len(raw) > maxData || !utf8.Valid(raw) {
		return nil, invalidData(nil)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, invalidData(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, invalidData(err)
	}
	if !storable(value) {
		return nil, invalidData(nil)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, invalidData(err)
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}

// storable reports whether the database gives the value back as it is. The decoder bounds the depth.
func storable(value any) bool {
	switch v := value.(type) {
	case json.Number:
		return storableNumber(v.String())
	case string:
		return !strings.ContainsRune(v, 0)
	case []any:
		for _, element := range v {
			if !storable(element) {
				return false
			}
		}
	case map[string]any:
		for key, element := range v {
			if !storable(key) || !storable(element) {
				return false
			}
		}
	}
	return true
}

// storableNumber refuses exponents and every way of writing minus zero.
func storableNumber(s string) bool {
	if strings.ContainsAny(s, "eE") {
		return false
	}
	return !strings.HasPrefix(s, "-") || strings.Trim(s, "-0.") != ""
}

func isCanonical(data []byte) bool {
	if len(data) == 0 || plainlyCanonical(data) {
		return true
	}
	canonical, err := CanonicalJSON(data)
	return err == nil && bytes.Equal(canonical, data)
}

func invalidData(cause error) error {
	return fault.Wrap(cause, fault.Invalid, CodeInvalidData, "the audit entry's data cannot be written canonically")
}

package mail

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// plainText makes bytes characters with one kind of line end.
func plainText(text []byte) []byte {
	if bytes.HasPrefix(text, []byte{0xff, 0xfe}) || bytes.HasPrefix(text, []byte{0xfe, 0xff}) {
		if decoded, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(text); err == nil {
			text = decoded
		}
	}
	if !utf8.Valid(text) {
		if decoded, err := charmap.Windows1252.NewDecoder().Bytes(text); err == nil {
			text = decoded
		}
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte{'\n'})
	return bytes.ReplaceAll(text, []byte{'\r'}, []byte{'\n'})
}

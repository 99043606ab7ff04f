package intake

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"unicode/utf8"
)

// maxRawKept bounds what is kept of a row that was refused for its length; the file's hash identifies the rest.
const maxRawKept = 64 << 10

// Raw is a row as it stood in the file: its bytes, and its fields by header where it could be taken apart.
type Raw struct {
	Bytes  []byte
	Fields map[string]string
}

// rawFile is a Raw as it is kept.
type rawFile struct {
	Fields map[string]string `json:"fields,omitempty"`
	Text   string            `json:"text,omitempty"`
	Base64 string            `json:"base64,omitempty"`
	Cut    int               `json:"cut_at,omitempty"` // bytes kept, when not all are
}

// MarshalJSON keeps the fields when every character can be kept as text, and the bytes in base64 otherwise, so that what
// is refused for its characters is not changed by keeping it.
func (r Raw) MarshalJSON() ([]byte, error) {
	if r.Fields != nil && fieldsTextual(r.Fields) {
		return json.Marshal(rawFile{Fields: r.Fields})
	}
	kept, cut := r.Bytes, 0
	if len(kept) > maxRawKept {
		kept, cut = kept[:maxRawKept], maxRawKept
	}
	if textual(kept) {
		return json.Marshal(rawFile{Text: string(kept), Cut: cut})
	}
	return json.Marshal(rawFile{Base64: base64.StdEncoding.EncodeToString(kept), Cut: cut})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Raw) UnmarshalJSON(text []byte) error {
	var kept rawFile
	if err := json.Unmarshal(text, &kept); err != nil {
		return err
	}
	r.Fields, r.Bytes = kept.Fields, []byte(kept.Text)
	if kept.Base64 == "" {
		return nil
	}
	decoded, err := base64.StdEncoding.DecodeString(kept.Base64)
	r.Bytes = decoded
	return err
}

// textual reports whether a store of JSON keeps the text unchanged: UTF-8 without the character zero.
func textual(b []byte) bool { return utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 }

func fieldsTextual(fields map[string]string) bool {
	for k, v := range fields {
		if !textual([]byte(k)) || !textual([]byte(v)) {
			return false
		}
	}
	return true
}

// Fingerprint identifies a row of a source, so that loading the same file again does not put it into quarantine twice.
// Occurrence counts equal rows of one file, from 0.
func (r Raw) Fingerprint(source, code string, occurrence int) [32]byte {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(source), []byte(code), r.Bytes} {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:])
		h.Write(part)
	}
	var last [8]byte
	binary.BigEndian.PutUint64(last[:], uint64(occurrence))
	h.Write(last[:])
	return [32]byte(h.Sum(nil))
}

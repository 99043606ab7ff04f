package mailsink

import (
	"bytes"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
)

// Read returns the mails of a folder in the order in which they came. It serves whoever runs the sink as a process of
// its own, and so sees the files only: From and To are those of the headers, ReceivedAt is the file's time.
func Read(dir string) ([]Message, error) {
	entries, err := os.ReadDir(dir) // sorted by name, and so by time
	if err != nil {
		return nil, err
	}
	var messages []Message
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".eml") {
			continue
		}
		message, err := readFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		messages = append(messages, message)
	}
	return messages, nil
}

func readFile(path string) (Message, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Message{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return Message{}, err
	}
	message := parse(raw)
	message.Path, message.ReceivedAt = path, info.ModTime()
	if parsed, err := mail.ReadMessage(bytes.NewReader(raw)); err == nil {
		message.From = first(addresses(parsed.Header, "From"))
		message.To = addresses(parsed.Header, "To")
	}
	return message, nil
}

func addresses(header mail.Header, name string) []string {
	list, err := header.AddressList(name)
	if err != nil {
		return nil // absent or malformed: the raw mail shows it
	}
	out := make([]string, 0, len(list))
	for _, address := range list {
		out = append(out, address.Address)
	}
	return out
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

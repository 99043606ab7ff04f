package main

import (
	"os"
	"path/filepath"
	"testing"
)

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "compose.yml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestWhatComposeWouldRefuseIsRefused(t *testing.T) {
	t.Parallel()
	good := "services: {a: {image: x, ports: [\"127.0.0.1:1:1\"]}}"
	if _, err := check(t.Context(), write(t, good), nil); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"an unknown field":      "services: {a: {image: x, dance: true}}",
		"an unknown dependency": "services: {a: {image: x, depends_on: [b]}}",
		"a missing variable":    "services: {a: {image: \"${IMAGE:?choose one}\"}}",
		"a missing file":        "services: {a: {image: x, volumes: [\"./absent:/b\"]}}",
		"a wrong type":          "services: {a: {image: x, ports: 8080}}",
	} {
		if _, err := check(t.Context(), write(t, text), nil); err == nil {
			t.Errorf("%s was not refused", name)
		}
	}
	if _, err := check(t.Context(), write(t, "services: {a: {image: \"${IMAGE:?choose one}\"}}"), []string{"IMAGE=x"}); err != nil {
		t.Fatal(err)
	}
}

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadyAsksTheAPI(t *testing.T) {
	t.Parallel()
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "/readyz", r.URL.Path)
		w.WriteHeader(status)
	}))
	defer server.Close()
	ask := func(url string) int { return run(t.Context(), []string{"ready", url}, io.Discard, io.Discard) }
	require.Equal(t, exitDone, ask(server.URL+"/"))
	status = http.StatusServiceUnavailable
	require.Equal(t, exitFailed, ask(server.URL))
	require.Equal(t, exitFailed, ask("http://127.0.0.1:1"))
	require.Equal(t, exitWrong, ask("::"))
}

func TestAnAddressThatListensEverywhereIsAtHome(t *testing.T) {
	t.Parallel()
	for listens, want := range map[string]string{
		"0.0.0.0:8080": "127.0.0.1:8080", ":8080": "127.0.0.1:8080", "[::]:8080": "127.0.0.1:8080", "10.0.0.7:80": "10.0.0.7:80",
		"127.0.0.1:81": "127.0.0.1:81",
	} {
		require.Equal(t, want, reachable(listens))
	}
}

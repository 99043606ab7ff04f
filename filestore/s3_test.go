package filestore_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/filestore"
)

// fakeS3 is as much of an S3-compatible service as the store asks of one, in memory, under /bucket.
type fakeS3 struct {
	mu      sync.Mutex
	objects map[string][]byte
	uploads map[string]map[int][]byte
	parts   int // sizes of what was sent at once
	down    bool
	signed  bool
}

// bucket is a store over a fake service; prefix may be empty.
func bucket(t *testing.T, prefix string) (*filestore.Store, *fakeS3) {
	t.Helper()
	fake := &fakeS3{objects: map[string][]byte{}, uploads: map[string]map[int][]byte{}, signed: true}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	place := "s3://bucket?region=eu-central-1&use_path_style=true&request_checksum_calculation=when_required&prefix=" + url.QueryEscape(prefix) +
		"&endpoint=" + url.QueryEscape(server.URL)
	s, err := filestore.At(place)
	require.NoError(t, err)
	require.NoError(t, s.Ready())
	return s, fake
}

// ServeHTTP implements http.Handler.
func (f *fakeS3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.signed = f.signed && strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=a-key/")
	if f.down {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	key, ok := strings.CutPrefix(r.URL.Path, "/bucket")
	key = strings.TrimPrefix(key, "/")
	query := r.URL.Query()
	switch {
	case !ok:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodPost && query.Has("uploads"):
		id := strconv.Itoa(len(f.uploads))
		f.uploads[id] = map[int][]byte{}
		reply(w, struct {
			XMLName  xml.Name `xml:"InitiateMultipartUploadResult"`
			UploadID string   `xml:"UploadId"`
		}{UploadID: id})
	case r.Method == http.MethodPost:
		f.complete(w, key, query.Get("uploadId"))
	case r.Method == http.MethodPut:
		f.put(w, r, key, query)
	case r.Method == http.MethodDelete:
		delete(f.uploads, query.Get("uploadId"))
		delete(f.objects, key)
		w.WriteHeader(http.StatusNoContent)
	case key == "":
		f.list(w, query.Get("prefix"))
	default:
		f.get(w, r, key)
	}
}

func (f *fakeS3) put(w http.ResponseWriter, r *http.Request, key string, query url.Values) {
	if from := r.Header.Get("X-Amz-Copy-Source"); from != "" {
		name, _ := url.PathUnescape(from)
		content, found := f.objects[strings.TrimPrefix(strings.TrimPrefix(name, "/"), "bucket/")]
		if !found {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		f.objects[key] = content
		reply(w, struct {
			XMLName xml.Name `xml:"CopyObjectResult"`
			ETag    string
		}{ETag: `"x"`})
		return
	}
	content, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	f.parts = max(f.parts, len(content))
	w.Header().Set("ETag", `"x"`)
	if id := query.Get("uploadId"); id != "" {
		n, _ := strconv.Atoi(query.Get("partNumber"))
		f.uploads[id][n] = content
		return
	}
	f.objects[key] = content
}

func (f *fakeS3) complete(w http.ResponseWriter, key, id string) {
	var content []byte
	for n := 1; n <= len(f.uploads[id]); n++ {
		content = append(content, f.uploads[id][n]...)
	}
	f.objects[key] = content
	delete(f.uploads, id)
	reply(w, struct {
		XMLName xml.Name `xml:"CompleteMultipartUploadResult"`
		Key     string
		ETag    string
	}{Key: key, ETag: `"x"`})
}

func (f *fakeS3) get(w http.ResponseWriter, r *http.Request, key string) {
	content, found := f.objects[key]
	if !found {
		w.WriteHeader(http.StatusNotFound)
		if r.Method == http.MethodGet {
			fmt.Fprint(w, `<Error><Code>NoSuchKey</Code></Error>`)
		}
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	w.Header().Set("Last-Modified", time.Now().UTC().Format(http.TimeFormat))
	w.Header().Set("ETag", `"x"`)
	if r.Method == http.MethodGet {
		_, _ = w.Write(content)
	}
}

func (f *fakeS3) list(w http.ResponseWriter, prefix string) {
	type object struct {
		Key          string
		LastModified string
		ETag         string
		Size         int
	}
	var found []object
	for key, content := range f.objects {
		if strings.HasPrefix(key, prefix) {
			found = append(found, object{key, time.Now().UTC().Format(time.RFC3339), `"x"`, len(content)})
		}
	}
	slices.SortFunc(found, func(a, b object) int { return strings.Compare(a.Key, b.Key) })
	reply(w, struct {
		XMLName  xml.Name `xml:"ListBucketResult"`
		Contents []object
	}{Contents: found})
}

func reply(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", "application/xml")
	_ = xml.NewEncoder(w).Encode(answer)
}

func (f *fakeS3) keys() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var keys []string
	for key := range f.objects {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func TestABucketHoldsFilesUnderItsPrefix(t *testing.T) {
	t.Parallel()
	s, fake := bucket(t, "/arrears/")
	content := some(20 << 20)
	got := put(t, s, content)
	require.Equal(t, []string{fmt.Sprintf("arrears/sha256/%x/%x", got.SHA256[:1], got.SHA256[1:])}, fake.keys(), "what was put aside is gone")
	require.LessOrEqual(t, fake.parts, 16<<20, "in parts")
	require.True(t, fake.signed, "with the credentials of the environment")
	back, err := read(s, got.SHA256, got.Size)
	require.NoError(t, err)
	require.Equal(t, content, back)

	fake.mu.Lock()
	fake.objects[fmt.Sprintf("arrears/sha256/%x/%x", got.SHA256[:1], got.SHA256[1:])][7] ^= 1
	fake.mu.Unlock()
	_, err = read(s, got.SHA256, got.Size)
	require.Equal(t, receivable.CodeFileDamaged, fault.CodeOf(err))
}

func TestABucketThatRefusesIsUnavailable(t *testing.T) {
	t.Parallel()
	s, fake := bucket(t, "")
	got := put(t, s, []byte("here"))
	fake.mu.Lock()
	fake.down = true
	fake.mu.Unlock()
	_, err := read(s, got.SHA256, got.Size)
	require.Equal(t, receivable.CodeFileStore, fault.CodeOf(err))
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	_, _, err = s.Size(t.Context(), got.SHA256)
	require.Equal(t, receivable.CodeFileStore, fault.CodeOf(err), "not missing: nobody knows")
	require.Equal(t, receivable.CodeFileStore, fault.CodeOf(s.Delete(t.Context(), got.SHA256)))
	_, err = s.Receive(t.Context(), strings.NewReader("x"), 10)
	require.Equal(t, receivable.CodeFileStore, fault.CodeOf(err))
	_, err = s.Tidy(t.Context(), time.Now(), 1)
	require.Equal(t, receivable.CodeFileStore, fault.CodeOf(err))
}

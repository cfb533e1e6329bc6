// Package worker holds the tests of the Worker (demo/worker), end to end in workerd and, where no JavaScript is meant, natively.
package worker

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/fovea-run/fovea/demo/worker/api"
	"github.com/fovea-run/fovea/demo/worker/deploy"
	"github.com/fovea-run/fovea/demo/worker/workerd"
	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/whole"
	"github.com/fovea-run/fovea/wasm"
)

const (
	key     = "0123456789abcdef"
	oldKey  = "the one that is going to be replaced"
	origin  = "https://app.example"
	keys    = oldKey + ", " + key
	origins = "http://localhost:3000," + origin
)

// bundle is the built Worker, made by the first test that needs it.
var bundle = sync.OnceValues(func() (string, error) {
	dir, err := engine.Scratch()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(dir, "worker")
	return dir, deploy.Build(context.Background(), dir)
})

// serve starts the Worker; replace names modules that other files stand in for.
func serve(t *testing.T, env map[string]string, replace map[string]string) *workerd.Server {
	t.Helper()
	config := configure(t, env)
	for name, path := range replace {
		i := slices.IndexFunc(config.Modules, func(m workerd.Module) bool { return m.Name == name })
		if i < 0 { // one more
			config.Modules = append(config.Modules, workerd.Module{Name: name, Path: path})
			continue
		}
		config.Modules[i].Path = path
	}
	return start(t, config)
}

// configure builds the Worker and returns how it runs with test keys and origins, and with env.
func configure(t *testing.T, env map[string]string) workerd.Config {
	t.Helper()
	if _, err := workerd.Find(); err != nil {
		whole.Lacks(t, err)
	}
	dir, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	config, err := deploy.Config(dir)
	if err != nil {
		t.Fatal(err)
	}
	config.Env = map[string]string{"API_KEYS": keys, "ALLOWED_ORIGINS": origins}
	for name, value := range env {
		config.Env[name] = value
	}
	config.Addr, config.Log = "127.0.0.1:0", &log{t: t}
	return config
}

func start(t *testing.T, config workerd.Config) *workerd.Server {
	t.Helper()
	s, err := workerd.Start(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// log writes what workerd says to a test's log.
type log struct{ t *testing.T }

func (l *log) Write(p []byte) (int, error) {
	l.t.Logf("workerd: %s", bytes.TrimSpace(p))
	return len(p), nil
}

// native answers as worker.js does, with the kernels under wazero.
type native struct{ api *api.API }

func newNative(t *testing.T) native {
	t.Helper()
	rt, err := wasm.Open(t.Context(), wasm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close() })
	f, err := wasm.OpenModelFile(filepath.Join(engine.Root(), "demo/model/use-lite-int8.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := rt.Load(t.Context(), f, f.Size())
	if err != nil {
		t.Fatal(err)
	}
	config, err := api.NewConfig(keys, origins)
	if err != nil {
		t.Fatal(err)
	}
	a, err := api.New(m, config)
	if err != nil {
		t.Fatal(err)
	}
	return native{a}
}

// RoundTrip implements http.RoundTripper.
func (n native) RoundTrip(r *http.Request) (*http.Response, error) {
	h := api.Head{
		Method: r.Method, Path: r.URL.EscapedPath(), Authorization: r.Header.Get("Authorization"), Origin: r.Header.Get("Origin"),
		ContentType: r.Header.Get("Content-Type"), ContentEncoding: r.Header.Get("Content-Encoding"), ContentLength: r.ContentLength,
	}
	res, limit := n.api.Admit(r.Context(), h)
	if res == nil {
		body, err := io.ReadAll(io.LimitReader(r.Body, int64(limit)+1))
		if err != nil {
			return nil, err
		}
		if len(body) > limit {
			res = n.api.TooLarge(h)
		} else {
			res = n.api.Begin(r.Context(), h, body).Finish()
		}
	}
	header := http.Header{}
	for name, value := range res.Header {
		header.Set(name, value)
	}
	return &http.Response{StatusCode: res.Status, Header: header, Body: io.NopCloser(bytes.NewReader(res.Body)), Request: r}, nil
}

// A request is what a test sends. Without more it is a good one.
type request struct {
	method, path, body string
	header             map[string]string // "" takes a header away
	chunked            bool              // the body's length is not said
}

// send sends r to url, with a key and JSON.
func send(ctx context.Context, client *http.Client, url string, r request) (*http.Response, []byte, error) {
	if r.method == "" {
		r.method = "POST"
	}
	var body io.Reader = strings.NewReader(r.body)
	if r.chunked {
		body = io.MultiReader(body)
	}
	if r.method != "POST" {
		body = nil
	}
	req, err := http.NewRequestWithContext(ctx, r.method, url+r.path, body)
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	for name, value := range r.header {
		if req.Header.Set(name, value); value == "" {
			req.Header.Del(name)
		}
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res, text, err
}

// ask sends r and decodes the answer, which must be 200.
func ask[T any](ctx context.Context, client *http.Client, url string, r request) (answer T, err error) {
	res, text, err := send(ctx, client, url, r)
	if err != nil {
		return answer, err
	}
	if res.StatusCode != 200 {
		return answer, fmt.Errorf("status %d: %s", res.StatusCode, text)
	}
	return answer, json.Unmarshal(text, &answer)
}

// embedded is the answer of /v1/embed.
type embedded struct {
	Model      string
	Embeddings []struct {
		Vector []float32
		Tokens int
	}
}

// focused is the answer of /v1/focus.
type focused struct {
	Sentences, Tokens int
	Found             []struct {
		Sentence   int
		Score      float64
		Start, End int
		Text       string
	}
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // it is made of strings and numbers
	}
	return string(b)
}

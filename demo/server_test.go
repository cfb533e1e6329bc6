package main

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// get asks the site as a browser would.
func get(t *testing.T, s site, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	var from io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		from = z
	}
	b, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func openSite(t *testing.T) site {
	t.Helper()
	s, err := newSite()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestServe(t *testing.T) {
	s := openSite(t)
	for path, mime := range map[string]string{
		"/":                             "text/html; charset=utf-8",
		"/app.js":                       "text/javascript; charset=utf-8",
		"/style.css":                    "text/css; charset=utf-8",
		"/icon.svg":                     "image/svg+xml",
		"/js/fovea.js":                  "text/javascript; charset=utf-8",
		"/js/worker.js":                 "text/javascript; charset=utf-8",
		"/wasm/infer-simd.wasm":         "application/wasm",
		"/wasm/infer-relaxed.wasm":      "application/wasm",
		"/wasm/infer-simd-threads.wasm": "application/wasm",
		"/wasm/fovea-wgsl.json":         "application/json",
		"/model.safetensors":            "application/octet-stream",
		"/manifest.webmanifest":         "application/manifest+json",
		"/icon-192.png":                 "image/png",
		"/sw.js":                        "text/javascript; charset=utf-8",
	} {
		plain := get(t, s, path)
		if plain.StatusCode != 200 || plain.Header.Get("Content-Type") != mime {
			t.Errorf("%s: %s, %s, want 200, %s", path, plain.Status, plain.Header.Get("Content-Type"), mime)
		}
		for name, want := range map[string]string{
			"Content-Security-Policy":      policy,
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Embedder-Policy": "require-corp",
			"X-Content-Type-Options":       "nosniff",
		} {
			if got := plain.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		packed := get(t, s, path, "Accept-Encoding", "br, gzip")
		if body(t, packed) != body(t, plain) {
			t.Errorf("%s: the gzipped body differs", path)
		}
		for _, r := range []*http.Response{plain, packed} {
			etag := r.Header.Get("ETag")
			encoding := "identity"
			if r == packed {
				encoding = "gzip"
			}
			if again := get(t, s, path, "If-None-Match", etag, "Accept-Encoding", encoding); again.StatusCode != 304 {
				t.Errorf("%s: asked again for %s, answers %s, want 304", path, etag, again.Status)
			}
		}
	}
}

func TestServeRefuses(t *testing.T) {
	s := openSite(t)
	for _, path := range []string{"/nothing", "/index.html", "/js/", "/js/embed.go", "/js/../main.go", "/web/app.js"} {
		if r := get(t, s, path); r.StatusCode != 404 || r.Header.Get("Content-Security-Policy") != policy {
			t.Errorf("%s: %s, want 404 with the policy", path, r.Status)
		}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader("x")))
	if w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d, want 405", w.Code)
	}
}

// TestPageIsStrict looks for what the policy would refuse or what would leave
// the machine: inline scripts and styles, and addresses elsewhere.
func TestPageIsStrict(t *testing.T) {
	s := openSite(t)
	bad := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+="|<script[^>]*>[^<]|(?:src|href)="(?:https?:)?//|@import|url\(["']?(?:https?:)?//|\beval\(`)
	for path := range s {
		if !strings.HasSuffix(path, ".wasm") && !strings.HasSuffix(path, ".safetensors") {
			if found := bad.FindString(body(t, get(t, s, path))); found != "" {
				t.Errorf("%s has %q", path, found)
			}
		}
	}
}

func TestListenTakesAnotherPort(t *testing.T) {
	first, err := listen(defaultAddr)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	second, err := listen(defaultAddr)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if !strings.HasPrefix(second.Addr().String(), "127.0.0.1:") {
		t.Errorf("listens on %s, want this machine only", second.Addr())
	}
	if l, err := listen(first.Addr().String() + "0"); err == nil {
		l.Close()
		t.Error("a port out of range is taken")
	}
}

package tag

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/browser"
	"github.com/fovea-run/fovea/runtime_test/whole"
)

// The tag as the README has it, but for its query, with which it starts at once.
const asking = `<script src="/fovea/fovea.js" data-focus="article" data-query=""></script>`

// TestRefused breaks the page in one way after the other. The element says in words why nothing works and what to do.
func TestRefused(t *testing.T) {
	for _, b := range whole.Some(t, browsers, len(browsers), "browsers") {
		t.Run(b.name, func(t *testing.T) {
			tab := start(t, b.open)
			for _, c := range []struct {
				name    string
				tag     string
				headers map[string]string
				gone    string
				words   []string
			}{
				{name: "no model", gone: "/fovea/model.safetensors", words: []string{"/fovea/model.safetensors is not there (HTTP status 404)", "serve the whole folder"}},
				{name: "no module", gone: "wasm", words: []string{"is not there (HTTP status 404)", "serve the whole folder"}},
				{name: "another model", tag: `<script src="/fovea/fovea.js" data-focus data-query data-model="/fovea/infer-simd.wasm"></script>`,
					words: []string{"The model file is damaged"}},
				{name: "no WebAssembly", headers: map[string]string{"Content-Security-Policy": "default-src 'self'"}, words: []string{"forbids WebAssembly", "'wasm-unsafe-eval'"}},
				{name: "no workers", headers: map[string]string{"Content-Security-Policy": strings.Replace(policy, "worker-src 'self'", "worker-src 'none'", 1)},
					words: []string{"forbids the worker", "worker-src 'self'"}},
				{name: "no requests", headers: map[string]string{"Content-Security-Policy": policy + "; connect-src 'none'"}, words: []string{"connect-src 'self'"}},
				{name: "no article", tag: strings.Replace(asking, "article", "#story", 1), words: []string{"Nothing in this page matches “#story”"}},
				{name: "no selector", tag: strings.Replace(asking, "article", "a{", 1), words: []string{"Nothing in this page matches “a{”"}},
				{name: "a module", tag: `<script type="module" src="/fovea/fovea.js"></script><fovea-focus></fovea-focus>`, words: []string{"load it by a plain tag", `without type="module"`}},
			} {
				t.Run(c.name, func(t *testing.T) {
					if c.tag == "" {
						c.tag = asking
					}
					s := serve(t, article(t, c.tag))
					s.headers, s.gone = c.headers, c.gone
					visit(t, tab, s)
					isRefused(t, tab, c.words...)
				})
			}
		})
	}
}

// TestIsolated asks for threads in a page that is cross-origin isolated, and for a sentence where the script lacks the header.
func TestIsolated(t *testing.T) {
	isolation := map[string]string{"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}
	for _, b := range browsers[:2] { // WebKit shares no memory
		t.Run(b.name, func(t *testing.T) {
			tab := start(t, b.open)
			s := serve(t, article(t, asking))
			s.headers = isolation
			visit(t, tab, s)
			if state := eval(t, tab, `return settle('ready')`); state != "ready" {
				t.Fatalf("state %s: %s", state, problem(t, tab))
			}
			if asked := s.paths(); !slices.Contains(asked, "/fovea/infer-relaxed-threads.wasm") {
				t.Errorf("no module for threads among %q", asked)
			}
			s = serve(t, article(t, asking))
			s.ofPage = isolation
			visit(t, tab, s)
			isRefused(t, tab, "Cross-Origin-Embedder-Policy: fovea.js must be served with that header, too")
		})
	}
}

// isRefused waits for an error and looks for words in it.
func isRefused(t *testing.T, b browser.Tab, words ...string) {
	t.Helper()
	if state := eval(t, b, `return settle('ready')`); state != "error" {
		t.Fatalf("state %s, want error", state)
	}
	said := problem(t, b)
	t.Log(said)
	for _, w := range words {
		if !strings.Contains(said, w) {
			t.Errorf("%q does not say %q", said, w)
		}
	}
}

// TestOtherOrigin loads the script from another origin, which lets everybody have it, and looks into the console too.
func TestOtherOrigin(t *testing.T) {
	other := serve(t, "")
	other.headers = map[string]string{"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
	for _, b := range whole.Some(t, browsers, len(browsers), "browsers") {
		t.Run(b.name, func(t *testing.T) {
			s := serve(t, article(t, `<script src="/listen.js"></script>`+strings.Replace(asking, `"/fovea`, `"`+other.URL+"/fovea", 1)))
			s.headers = map[string]string{"Content-Security-Policy": strings.Replace(policy, "script-src", "script-src "+other.URL, 1)}
			s.mux.HandleFunc("/listen.js", func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/javascript")
				w.Write([]byte(`globalThis.complaints = []; console.error = (...args) => complaints.push(args.join(' '));`))
			})
			tab := start(t, b.open)
			visit(t, tab, s)
			isRefused(t, tab, "fovea.js comes from "+other.URL, "this page from "+s.URL, "only from the page’s own origin", "Copy the folder")
			eval(t, tab, `document.body.append('more'); await new Promise((done) => setTimeout(done)); return ''`) // no reason to complain again
			if console := eval(t, tab, `return complaints.join('\n')`); strings.Count(console, problem(t, tab)) != 1 {
				t.Errorf("the console has %q, want what the page says, once", console)
			}
		})
	}
}

// TestFile opens the page as a file on disk.
func TestFile(t *testing.T) {
	dir, err := files()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "page.html")
	if err := os.WriteFile(path, []byte(article(t, strings.Replace(asking, "/fovea/", "", 1))), 0o666); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(path)
	for _, b := range whole.Some(t, browsers, len(browsers), "browsers") {
		t.Run(b.name, func(t *testing.T) {
			tab := start(t, b.open)
			if err := tab.Navigate("file://" + path); err != nil {
				t.Fatal(err)
			}
			isRefused(t, tab, "a file on disk", "python3 -m http.server")
		})
	}
}

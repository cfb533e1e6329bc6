package tag

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestModuleForbidden imports the ES module where the page's policy forbids what it needs: the error says what to add.
func TestModuleForbidden(t *testing.T) {
	const code = "import { open } from '/fovea/fovea.module.js';\n" +
		"open({ threads: 2, onWarning: (w) => { globalThis.warned = w; } }).then(() => { globalThis.answer = 'open'; }, (err) => { globalThis.answer = `${err.code}: ${err.message}`; });"
	for _, b := range browsers {
		t.Run(b.name, func(t *testing.T) {
			tab := start(t, b.open)
			for name, c := range map[string]struct{ policy, want string }{
				"WebAssembly": {"default-src 'self'", "policy: fovea: open: the Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to script-src"},
				"workers":     {strings.Replace(policy, "worker-src 'self'", "worker-src 'none'", 1), "the Content-Security-Policy forbids the worker: add worker-src 'self'"},
				"nothing":     {policy, "open"},
			} {
				s := serve(t, article(t, `<script type="module" src="/page.js"></script>`))
				s.headers = map[string]string{"Content-Security-Policy": c.policy}
				s.mux.HandleFunc("/page.js", func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Content-Type", "text/javascript")
					fmt.Fprint(w, code)
				})
				visit(t, tab, s)
				if got := eval(t, tab, `return until(() => globalThis.answer)`); !strings.Contains(got, c.want) {
					t.Errorf("%s: %s, want %q in it", name, got, c.want)
				}
				if got := eval(t, tab, `return globalThis.warned`); !strings.Contains(got, "one thread: the page is not cross-origin isolated") {
					t.Errorf("%s: warned %q", name, got)
				}
			}
		})
	}
}

// TestStale serves files that are damaged, with leave to keep them, to the first who asks. Whoever keeps them gets the whole ones.
func TestStale(t *testing.T) {
	for _, b := range browsers {
		t.Run(b.name, func(t *testing.T) {
			for _, name := range []string{"model.safetensors", "infer-relaxed.wasm", "infer-simd.wasm"} {
				s := serve(t, article(t, asking))
				asked := map[string]int{}
				s.damage = func(r *http.Request) (head int64) {
					if asked[r.URL.Path]++; strings.HasSuffix(r.URL.Path, name) && asked[r.URL.Path] == 1 {
						return 3000
					}
					return 0
				}
				s.headers = map[string]string{"Cache-Control": "max-age=3600"}
				tab := start(t, b.open)
				for visits := range 2 {
					visit(t, tab, s)
					if state := eval(t, tab, `return settle('ready')`); state != "ready" {
						t.Errorf("%s, visit %d: state %s: %s", name, visits+1, state, problem(t, tab))
					}
				}
			}
		})
	}
}

// TestModule imports the ES module as the README does, under the strict policy, in every browser; it computes in workers of its
// own, on all threads where the page is isolated.
func TestModule(t *testing.T) {
	code := strings.Replace(example(t, "js"), "console.log(score, ", "said.push(", 1)
	code = strings.Replace(code, "what the sky is made of", "why do soap bubbles have so many colours", 1)
	for _, b := range browsers {
		t.Run(b.name, func(t *testing.T) {
			s := serve(t, article(t, `<script type="module" src="/page.js"></script>`))
			s.ofPage = map[string]string{"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}
			s.headers = map[string]string{"Cross-Origin-Embedder-Policy": "require-corp"}
			s.mux.HandleFunc("/page.js", func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/javascript")
				fmt.Fprintf(w, "const said = [];\n%s\nglobalThis.answer = said.join(' | ');", code)
			})
			tab := start(t, b.open)
			visit(t, tab, s)
			got := eval(t, tab, `return until(() => globalThis.answer)`)
			if !strings.Contains(got, "Bubbles") {
				t.Errorf("kept %q, want the sentence on bubbles among it", got)
			}
		})
	}
}

package tag

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

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

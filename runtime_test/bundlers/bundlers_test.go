// Package bundlers builds a page's script with the bundlers that people use, without special settings, and lets the page find a
// sentence in Chromium.
package bundlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/fovea-run/fovea/demo/model"
	"github.com/fovea-run/fovea/js/bundle"
	"github.com/fovea-run/fovea/runtime_test/browser"
	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/whole"
)

const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'"

// A built page has its script, app.js, and what goes with that in a folder.
type built struct {
	name  string
	build func(t *testing.T, entry, folder string) // nil: the entry is app.js
	from  string                                   // what the script begins with
	tag   string                                   // of app.js
	want  string                                   // in the answer
}

// TestBuilt builds with each bundler from the sources and from the bundled module, and runs the result under the strict policy.
func TestBuilt(t *testing.T) {
	fovea := t.TempDir() // as wasmbuild js writes it
	writeFiles(t, fovea)
	js := filepath.Join(engine.Root(), "js")
	sources := fmt.Sprintf("import { Focus } from %q;\nimport { open } from %q;\n", js+"/focus.js", js+"/fovea.js")
	module := fmt.Sprintf("import { Focus, open } from %q;\n", fovea+"/fovea.module.js")
	script := string(read(t, filepath.Join(fovea, bundle.Script))) + "\nconst { Focus, open } = fovea;\n"
	const (
		asModule = `<script type="module" src="/built/app.js"></script>`
		asScript = `<script defer src="/built/app.js"></script>`
		found    = "Bubbles"
	)
	browser := chromium(t)
	for _, c := range whole.Some(t, []built{
		{"webpack/sources", byNode("webpack"), sources, asScript, found},
		{"vite/module", byNode("vite"), module, asModule, found},
		{"esbuild/module alone", byEsbuild(), module, asModule, "worker: fovea: the worker failed: fovea.module.js could not be loaded, which belongs beside"},
		{"webpack/module", byNode("webpack"), module, asScript, found},
		{"vite/sources", byNode("vite"), sources, asModule, found},
		{"esbuild/sources", byEsbuild(withWorker), sources, asModule, found},
		{"esbuild/sources beside another worker", byEsbuild(withStranger), sources, asModule, "worker: fovea: the worker failed: worker.js does not answer as Fovea's"},
		{"esbuild/module", byEsbuild(writeFiles), module, asModule, found},
		{"joined alone", nil, script, asScript, "worker: fovea: the worker failed: fovea.js could not be loaded, which belongs beside"},
		{"joined", writeBeside, script, asScript, found},
	}, 3, "builds") {
		t.Run(c.name, func(t *testing.T) {
			answer, ran := c.run(t, browser, fovea)
			if !strings.Contains(answer, c.want) {
				t.Errorf("answer %q, want %q in it", answer, c.want)
			}
			if ran != 1 {
				t.Errorf("the page's script ran %d times, want once", ran)
			}
		})
	}
}

// run builds the page, opens it, and returns its answer and how often its script ran, in the page or in a worker.
func (c built) run(t *testing.T, tab browser.Tab, fovea string) (answer string, ran int32) {
	entry, folder := filepath.Join(t.TempDir(), "app.js"), t.TempDir()
	source := c.from + string(read(t, "app.js"))
	write(t, entry, source)
	write(t, filepath.Join(folder, "app.js"), source)
	if c.build != nil {
		c.build(t, entry, folder)
	}
	var runs atomic.Int32
	mux := http.NewServeMux()
	mux.Handle("/built/", http.StripPrefix("/built/", http.FileServer(http.Dir(folder))))
	mux.Handle("/fovea/", http.StripPrefix("/fovea/", http.FileServer(http.Dir(fovea))))
	mux.Handle("/wasm/", http.FileServer(http.Dir(folder)))
	mux.HandleFunc("/ran", func(http.ResponseWriter, *http.Request) { runs.Add(1) })
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		text := read(t, filepath.Join(engine.Root(), "demo/article/opticks.txt"))
		fmt.Fprintf(w, "<!doctype html><html lang=en><title>-</title><article>%s</article>%s", text[:6000], c.tag)
	})
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		mux.ServeHTTP(w, r)
	}))
	defer site.Close()
	if err := tab.Navigate(site.URL + "/"); err != nil {
		t.Fatal(err)
	}
	answer, err := tab.Eval("globalThis.answer")
	if err != nil {
		t.Fatal(err)
	}
	return answer, runs.Load()
}

// byNode builds with a bundler that runs in node.
func byNode(tool string) func(t *testing.T, entry, folder string) {
	return func(t *testing.T, entry, folder string) {
		t.Helper()
		if _, err := os.Stat(filepath.Join(engine.Root(), "runtime_test/node_modules", tool)); err != nil {
			whole.Lacks(t, &engine.Missing{What: "the npm package " + tool, Install: "make deps"})
		}
		cmd := exec.CommandContext(t.Context(), "node", "build.mjs", tool, entry, folder)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", tool, err, out)
		}
	}
}

// byEsbuild builds with esbuild, which leaves the addresses of workers and files as they are, and then does the rest.
func byEsbuild(then ...func(t *testing.T, folder string)) func(t *testing.T, entry, folder string) {
	return func(t *testing.T, entry, folder string) {
		t.Helper()
		bundleScript(t, entry, filepath.Join(folder, "app.js"))
		for _, more := range then {
			more(t, folder)
		}
	}
}

func bundleScript(t *testing.T, entry, out string) {
	t.Helper()
	result := api.Build(api.BuildOptions{EntryPoints: []string{entry}, Outfile: out, Bundle: true, Write: true, AllowOverwrite: true, Format: api.FormatESModule})
	for _, m := range append(result.Errors, result.Warnings...) {
		t.Errorf("esbuild: %s", m.Text)
	}
}

// withWorker builds the worker of the sources, too, and puts the modules where it looks for them.
func withWorker(t *testing.T, folder string) {
	t.Helper()
	bundleScript(t, filepath.Join(engine.Root(), "js/worker.js"), filepath.Join(folder, "worker.js"))
	writeFiles(t, filepath.Join(folder, "wasm"))
}

// withStranger puts a worker of the page's own where the sources have theirs.
func withStranger(t *testing.T, folder string) {
	t.Helper()
	write(t, filepath.Join(folder, "worker.js"), "onmessage = () => postMessage('pong');")
}

func writeBeside(t *testing.T, _, folder string) { writeFiles(t, folder) }

// writeFiles writes what wasmbuild js does.
func writeFiles(t *testing.T, folder string) {
	t.Helper()
	files, err := bundle.Files()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	files[bundle.Model] = []byte(model.File)
	for name, data := range files {
		write(t, filepath.Join(folder, name), string(data))
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func chromium(t *testing.T) browser.Tab {
	t.Helper()
	tab, err := browser.OpenChromium(context.WithoutCancel(t.Context()), browser.Options{})
	if missing := (browser.NotInstalled{}); errors.As(err, &missing) {
		whole.Lacks(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tab.Close() })
	return tab
}

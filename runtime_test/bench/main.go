// Command bench times Fovea in headless Chromium beside tfjs-wasm, in one page and in turns, and prints the ratios that the
// project promises.
//
//	go run ./runtime_test/bench
//
// It writes every sample to .build/bench/bench.json.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/fovea-run/fovea/runtime_test/browser"
	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/published"
)

const rounds = 31

// article and query are what is focused on.
const (
	article = "demo/article/opticks.txt"
	query   = "Why do soap bubbles have so many colours?"
)

func main() {
	log.SetFlags(0)
	if err := run(context.Background()); err != nil {
		log.Fatal("bench: ", err)
	}
}

func run(ctx context.Context) error {
	modules, err := published.Modules()
	if err != nil {
		return err
	}
	f32, err := published.F32Model()
	if err != nil {
		return err
	}
	clang, err := prepare(modules)
	if err != nil {
		return err
	}
	server := httptest.NewServer(site(modules))
	defer server.Close()
	page, err := browser.Open(ctx, browser.Options{})
	if err != nil {
		return err
	}
	defer page.Close()
	err = page.Do(
		chromedp.Navigate(server.URL+"/runtime_test/bench/bench.html"),
		chromedp.WaitVisible(chromedp.ID("ready")),
	)
	if err != nil {
		return err
	}
	r, err := measure(page, f32, clang)
	if err != nil {
		return err
	}
	r.print(os.Stdout)
	return r.save()
}

// site serves the repository, and the npm packages below /npm/.
func site(modules string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/npm/", http.StripPrefix("/npm", http.FileServer(http.Dir(modules))))
	mux.Handle("/", http.FileServer(http.Dir(engine.Root())))
	return engine.Isolated(mux)
}

// measure runs every group in the page.
func measure(page *browser.Page, f32 string, clang bool) (r results, err error) {
	ids, err := tokens()
	if err != nil {
		return r, err
	}
	models := map[string]string{"f32": "/" + f32, "int8": "/" + published.Int8Model}
	texts := map[string][]int32{"19 tokens": ids[:19], "128 tokens": ids[:128]}
	if err := call(page, &r.Micro, "micro", rounds, clang); err != nil {
		return r, err
	}
	if err := call(page, &r.Encode, "encode", models, texts, rounds); err != nil {
		return r, err
	}
	if err := call(page, &r.First, "first", models["f32"], ids[:128], 7, 9); err != nil {
		return r, err
	}
	if err := call(page, &r.Threads, "threads", models, ids[:128], rounds); err != nil {
		return r, err
	}
	if err := call(page, &r.Focus, "focus", models["int8"], "/"+article, query, 5); err != nil {
		return r, err
	}
	if r.Terminal, err = terminal(5); err != nil {
		return r, err
	}
	r.Worker, err = timeWorker(5 * rounds)
	return r, err
}

// terminal times the built demo's focus command, from its start to its end.
func terminal(rounds int) (ms []float64, err error) {
	dir, err := out()
	if err != nil {
		return nil, err
	}
	demo := filepath.Join(dir, "demo")
	build := exec.Command("go", "build", "-o", demo, "./demo")
	build.Dir, build.Stderr = engine.Root(), os.Stderr
	if err := build.Run(); err != nil {
		return nil, fmt.Errorf("go build ./demo: %w", err)
	}
	for range rounds {
		cmd := exec.Command(demo, "focus", "-query", query, article)
		cmd.Dir = engine.Root()
		begin := time.Now()
		if err := cmd.Run(); err != nil {
			return nil, fmt.Errorf("demo focus: %w", err)
		}
		ms = append(ms, float64(time.Since(begin))/1e6)
	}
	return ms, nil
}

// call calls bench.name in the page and decodes its answer.
func call(page *browser.Page, answer any, name string, args ...any) error {
	words := make([]string, len(args))
	for i, arg := range args {
		b, err := json.Marshal(arg)
		if err != nil {
			return err
		}
		words[i] = string(b)
	}
	js := fmt.Sprintf("bench.%s(%s).then(JSON.stringify)", name, strings.Join(words, ", "))
	text, err := browser.Eval[string](page, js)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return json.Unmarshal([]byte(text), answer)
}

// tokens returns the ids of real sentences, one after another.
func tokens() (ids []int32, err error) {
	raw, err := os.ReadFile(filepath.Join(engine.Root(), "runtime_test/testdata/use-embeddings.json"))
	if err != nil {
		return nil, err
	}
	var record struct{ IDs [][]int32 }
	if err := json.Unmarshal(raw, &record); err != nil {
		return nil, err
	}
	for _, sentence := range record.IDs {
		ids = append(ids, sentence...)
	}
	return ids, nil
}

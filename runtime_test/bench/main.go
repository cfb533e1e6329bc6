// Command bench times Fovea in headless Chromium beside onnxruntime-web, tfjs-wasm and jax-js, on one thread, in one page and in
// turns, and prints the ratios that the project promises.
//
//	go run ./runtime_test/bench [-only attention,decode]
//
// It writes every sample to .build/bench/bench.json.
package main

import (
	"context"
	"encoding/json"
	"flag"
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
	only := flag.String("only", "", "the groups to run, separated by commas, of "+strings.Join(groupNames(), ", "))
	flag.Parse()
	chosen, err := choose(*only)
	if err == nil {
		err = run(context.Background(), chosen)
	}
	if err != nil {
		log.Fatal("bench: ", err)
	}
}

// A session is what the groups run in.
type session struct {
	page   *browser.Page
	server string
	at     string // the file that the page shows
	f32    string // path of the f32 model
	clang  bool   // the tiles in C are there
	ids    []int32
	results
}

// open shows a page of the benchmark, if it is not there yet.
func (s *session) open(file string) error {
	if s.at == file {
		return nil
	}
	s.at = file
	return s.page.Do(
		chromedp.Navigate(s.server+"/runtime_test/bench/"+file),
		chromedp.WaitVisible(chromedp.ID("ready")),
	)
}

func run(ctx context.Context, chosen []group) error {
	modules, err := published.Modules()
	if err != nil {
		return err
	}
	s := session{}
	if s.f32, err = published.F32Model(); err != nil {
		return err
	}
	if s.clang, err = prepare(modules); err != nil {
		return err
	}
	if s.ids, err = tokens(); err != nil {
		return err
	}
	server := httptest.NewServer(site(modules))
	defer server.Close()
	s.server = server.URL
	if s.page, err = browser.Open(ctx, browser.Options{}); err != nil {
		return err
	}
	defer s.page.Close()
	for _, g := range chosen {
		if err := s.open(g.page); err != nil {
			return fmt.Errorf("%s: %w", g.page, err)
		}
		if err := g.run(&s); err != nil {
			return fmt.Errorf("%s: %w", g.name, err)
		}
	}
	s.Table = s.lines()
	s.print(os.Stdout)
	return s.save(os.Stdout)
}

// site serves the repository, and the npm packages below /npm/.
func site(modules string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/npm/", http.StripPrefix("/npm", http.FileServer(http.Dir(modules))))
	mux.Handle("/", http.FileServer(http.Dir(engine.Root())))
	return engine.Isolated(mux)
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

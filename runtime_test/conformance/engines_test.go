// Package conformance holds the suites that every engine must pass. Its tests share one started engine of each kind.
package conformance

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/browser"
	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/whole"
)

// started is an engine that starts at first use.
type started struct {
	engine.Engine
	once sync.Once
	err  error
}

// threads of the engines that have them: one more than the machines of most tests have processors, so that they wait for each other.
const threads = 3

var (
	simd         = engine.Config{Variant: "simd"}
	simdThreads  = engine.Config{Variant: "simd", Threads: threads}
	fused        = engine.Config{Variant: "relaxed"}
	fusedThreads = engine.Config{Variant: "relaxed", Threads: threads}
)

// baseline engines must agree in every bit, relaxed ones within each case's tolerance. The first is the one that the others are
// compared with. What never computes on threads is asked of onOneThread's engines only.
var (
	baseline = wrap(
		&engine.Host{Kind: "native"},
		&engine.Host{Kind: "wazero"},
		engine.Node(simd),
		&engine.Chromium{Config: simd},
		&engine.Firefox{Config: simd},
		engine.Node(simdThreads),
		&engine.Chromium{Config: simdThreads},
		&engine.Firefox{Config: simdThreads},
		&engine.WebKit{Config: simd},
		&engine.Workerd{Config: simd},
	)
	relaxed = wrap(
		engine.Node(fused),
		&engine.Chromium{Config: fused},
		&engine.Firefox{Config: fused},
		engine.Node(fusedThreads),
		&engine.Chromium{Config: fusedThreads},
		&engine.Firefox{Config: fusedThreads},
		&engine.Workerd{Config: fused},
	)
)

// onOneThread returns those engines that have no threads.
func onOneThread(engines []*started) []*started {
	return slices.DeleteFunc(slices.Clone(engines), func(e *started) bool { return strings.HasSuffix(e.Name(), "-threads") })
}

func wrap(engines ...engine.Engine) (all []*started) {
	for _, e := range engines {
		all = append(all, &started{Engine: e})
	}
	return all
}

// inShort are the engines of the short form: every kind of host, and a browser in each way that it computes.
var inShort = []string{
	"native", "native/v1", "native/v3", "wazero", "node/simd", "chromium/simd", "node/simd-threads", "workerd/simd", "node/relaxed",
	"chromium/relaxed-threads", "chromium/simd-webgpu", "node/simd-training",
}

// use starts e, or skips the test where its program is not installed (under CI that fails).
func use(t *testing.T, e *started) engine.Engine {
	t.Helper()
	if !slices.Contains(inShort, e.Name()) {
		whole.Only(t, e.Name())
	}
	e.once.Do(func() { e.err = e.Start(context.Background()) })
	var missing *engine.Missing
	var browserMissing browser.NotInstalled
	if errors.As(e.err, &missing) || errors.As(e.err, &browserMissing) {
		noteMissing(e.Name(), e.err.Error())
		whole.Lacks(t, e.err.Error())
	}
	if e.err != nil {
		t.Fatalf("%s: %v", e.Name(), e.err)
	}
	return e
}

// ask runs c and fails the test if the runner itself broke.
func ask(t *testing.T, e engine.Engine, c engine.Case) engine.Result {
	t.Helper()
	r, err := e.Run(t.Context(), c)
	if err != nil {
		t.Fatalf("%s: %s: %v", e.Name(), c.Name, err)
	}
	return r
}

// askAll runs cases and fails the test if the runner itself broke.
func askAll[T any](t *testing.T, e engine.Engine, all []T, question func(T) engine.Case) []engine.Result {
	t.Helper()
	var questions []engine.Case
	for _, c := range all {
		questions = append(questions, question(c))
	}
	if s, ok := e.(*started); ok {
		e = s.Engine
	}
	results, err := engine.RunAll(t.Context(), e, questions)
	if err != nil {
		t.Fatalf("%s: %v", e.Name(), err)
	}
	return results
}

// natives are the engines that build has made, by their GOAMD64 and tags.
var natives = map[string]*started{}

// build compiles the native runner for a GOAMD64, with build tags, and returns the engine that it is.
func build(t *testing.T, level string, tags ...string) *started {
	t.Helper()
	name := strings.Join(append([]string{level}, tags...), "-")
	if natives[name] != nil {
		return natives[name]
	}
	scratch, err := engine.Scratch()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(scratch, "native-"+name)
	cmd := exec.Command("go", "build", "-tags", strings.Join(tags, ","), "-o", path, "./runtime_test/native")
	cmd.Dir = engine.Root()
	cmd.Env = append(os.Environ(), "GOAMD64="+level)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build for GOAMD64=%s: %v\n%s", level, err, out)
	}
	natives[name] = wrap(&engine.Process{Label: "native/" + level, Command: []string{path}})[0]
	return natives[name]
}

// buildKernels builds all variants of a kernel package into a folder below the scratch folder.
func buildKernels(t *testing.T, folder string, args ...string) {
	t.Helper()
	scratch, err := engine.Scratch()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(scratch, folder)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"run", "./cmd/wasmbuild", "kernels", "-o", dir}, args...)...)
	cmd.Dir = engine.Root()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("wasmbuild: %v\n%s", err, out)
	}
}

func TestMain(m *testing.M) {
	code := m.Run()
	for _, e := range slices.Concat(baseline, relaxed, webgpu, training, fusedTraining, slices.Collect(maps.Values(natives))) {
		e.once.Do(func() { e.err = errors.New("never started") })
		if e.err == nil {
			if err := e.Close(); err != nil {
				fmt.Fprintln(os.Stderr, e.Name(), err)
				code = 1
			}
		}
	}
	if err := writeTable(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// Package gojs holds the tests of Go programs that run in JavaScript (GOOS=js), where package wasm computes with the bridge.
package gojs

import (
	"bytes"
	"compress/gzip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/whole"
)

// goJS returns a go command for js/wasm.
func goJS(args ...string) *exec.Cmd {
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0", "GOFLAGS=")
	cmd.Dir = engine.Root()
	return cmd
}

// The tests of package wasm and of what stands on it hold on the bridge, whether it answers with promises or with values.
func TestPackages(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		whole.Lacks(t, err, "(apt-get install nodejs, version 20 or later)")
	}
	for kind, flags := range map[string][]string{
		"inline": nil,
		"worker": nil,
		"sync":   {"-skip", "TestLoadDamagedFile"}, // the digest takes waiting: who loads synchronously checks it before
	} {
		t.Run(kind, func(t *testing.T) {
			args := append([]string{"test", "-count=1", "-exec", "node --stack-size=8192 " + engine.Root() + "/runtime_test/gojs/run.mjs " + kind}, flags...)
			if out, err := goJS(append(args, "./wasm", "./wasm/focus")...).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// A Go program in a page must carry neither wazero, nor the kernels, nor what is large in the standard library.
func TestDependencies(t *testing.T) {
	out, err := goJS("list", "-deps", "./wasm/focus").Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	if len(deps) < 20 {
		t.Fatalf("dependencies %q", deps)
	}
	for _, path := range deps {
		for _, part := range []string{"wazero", "fovea/kernels", "net/http", "encoding/json", "crypto"} {
			if strings.Contains(path, part) {
				t.Errorf("depends on %s", path)
			}
		}
	}
}

// What package wasm adds to the smallest program that prints a line is kept small.
func TestSize(t *testing.T) {
	const limit = 192 << 10 // bytes, gzipped
	print, focus := gzipped(t, "./runtime_test/gojs/testdata/print"), gzipped(t, "./runtime_test/gojs/testdata/focus")
	t.Logf("gzipped: a program that prints %d bytes, one that focuses %d", print, focus)
	if focus-print > limit {
		t.Errorf("packages wasm and focus add %d bytes, want at most %d", focus-print, limit)
	}
}

func gzipped(t *testing.T, folder string) int {
	t.Helper()
	path := filepath.Join(t.TempDir(), "app.wasm")
	if out, err := goJS("build", "-trimpath", "-ldflags=-s -w", "-o", path, folder).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	z.Write(data) // a bytes.Buffer takes every write
	z.Close()
	return b.Len()
}

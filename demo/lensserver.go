package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// The files of the lens that are built: its program, and the Go distribution's
// script that starts it.
const (
	lensProgram = lensPrefix + "lens.wasm"
	lensStarter = lensPrefix + "wasm_exec.js"
)

// A lensServer serves a site and the lens, whose program it builds when it is
// first asked for: most visitors never do.
type lensServer struct {
	site
	build func() (site, error)

	mu    sync.Mutex
	built site // nil until it has been asked for
}

// newLensServer returns a server of s and of the lens that says on progress
// what it builds. ctx ends what it builds.
func newLensServer(ctx context.Context, s site, progress io.Writer) *lensServer {
	return &lensServer{site: s, build: func() (site, error) { return lensFiles(ctx, progress) }}
}

func (l *lensServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != lensProgram && r.URL.Path != lensStarter {
		l.site.ServeHTTP(w, r)
		return
	}
	built, err := l.lens()
	if err != nil {
		isolate(w.Header())
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	built.ServeHTTP(w, r)
}

// lens returns the lens's files. Requests wait for the one that builds them;
// after a failure the next tries again.
func (l *lensServer) lens() (site, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.built != nil {
		return l.built, nil
	}
	var err error
	l.built, err = l.build()
	return l.built, err
}

// lensFiles builds the lens for the page.
func lensFiles(ctx context.Context, progress io.Writer) (site, error) {
	path, err := buildLens(ctx, "js", progress)
	if err != nil {
		return nil, err
	}
	program, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	starter, err := wasmExec(ctx)
	if err != nil {
		return nil, err
	}
	s := site{}
	s.add(lensProgram, program)
	s.add(lensStarter, starter)
	return s, nil
}

// wasmExec returns wasm_exec.js of the Go distribution that builds the lens: a
// program runs with its own distribution's only.
func wasmExec(ctx context.Context) ([]byte, error) {
	root, err := moduleRoot(ctx)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "go", "env", "GOROOT")
	cmd.Dir = root
	goroot, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOROOT: %w", err)
	}
	return os.ReadFile(filepath.Join(strings.TrimSpace(string(goroot)), "lib/wasm/wasm_exec.js"))
}

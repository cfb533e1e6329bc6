package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/fovea-run/fovea/demo/worker/workerd"
)

// Workerd runs cases on the JS bridge in workerd, which compiles no bytes: the module of a variant is imported, and so is the one
// whose kernels a case calls.
type Workerd struct {
	Config  Config
	server  *workerd.Server
	kernels string // the module that is imported for cases of kernels, a path below the root
}

// Name implements Engine.
func (w *Workerd) Name() string { return "workerd/" + w.Config.String() }

// Start implements Engine.
func (w *Workerd) Start(ctx context.Context) error {
	if _, err := workerd.Find(); err != nil {
		return &Missing{"workerd", "make deps"}
	}
	return w.start(ctx, "wasm/infer-simd.wasm")
}

// start starts workerd with a module for cases of kernels.
func (w *Workerd) start(ctx context.Context, kernels string) (err error) {
	c := workerd.Config{
		Modules: []workerd.Module{
			{Name: "runtime_test/runner/workerd.js", Path: filepath.Join(Root(), "runtime_test/runner/workerd.js")},
			{Name: "runtime_test/runner/runner.js", Path: filepath.Join(Root(), "runtime_test/runner/runner.js")},
			{Name: "runtime_test/runner/infer.wasm", Path: filepath.Join(Root(), "wasm/infer-"+w.Config.Variant+".wasm")},
			{Name: "runtime_test/runner/kernels.wasm", Path: filepath.Join(Root(), kernels)},
		},
		Env:   map[string]string{"OPTIONS": w.Config.options()},
		Disks: map[string]string{"ROOT": Root()},
		Addr:  "127.0.0.1:0",
		Log:   os.Stderr,
	}
	for _, pattern := range []string{"js/*.js", "js/*/*.js"} {
		paths, err := filepath.Glob(filepath.Join(Root(), pattern))
		if err != nil {
			return err
		}
		for _, path := range paths {
			name, err := filepath.Rel(Root(), path)
			if err != nil {
				return err
			}
			if !strings.Contains(name, ".test") {
				c.Modules = append(c.Modules, workerd.Module{Name: filepath.ToSlash(name), Path: path})
			}
		}
	}
	w.kernels = kernels
	w.server, err = workerd.Start(context.WithoutCancel(ctx), c)
	return err
}

// Run implements Engine.
func (w *Workerd) Run(ctx context.Context, c Case) (Result, error) {
	if c.Do == Kernels && c.Model != w.kernels {
		if err := w.Close(); err != nil {
			return Result{}, err
		}
		if err := w.start(ctx, c.Model); err != nil {
			return Result{}, err
		}
	}
	line, err := json.Marshal(c)
	if err != nil {
		return Result{}, err
	}
	req, err := http.NewRequestWithContext(ctx, "POST", w.server.URL, bytes.NewReader(line))
	if err != nil {
		return Result{}, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", w.Name(), err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return Result{}, fmt.Errorf("%s: %w", w.Name(), err)
	}
	return decodeReply(answer)
}

// Close implements Engine.
func (w *Workerd) Close() error { return w.server.Close() }

// Package deploy puts the Worker together.
package deploy

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/fovea-run/fovea/demo/worker/workerd"
	"github.com/fovea-run/fovea/js"
)

// root is the repository's root folder.
func root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "../../..")
}

// Build makes the Worker in the folder dir, which it empties: all that is
// deployed, as demo/worker/wrangler.toml says.
func Build(ctx context.Context, dir string) error {
	dir, err := filepath.Abs(dir) // the commands run in the root
	if err != nil {
		return err
	}
	if err := checkFolder(dir); err != nil {
		return err
	}
	// It makes Go's loader and the runtime context.
	if err := goCommand(ctx, nil, "tool", "workers-assets-gen", "-mode=go", "-o", dir); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(dir, "worker.mjs")); err != nil { // it would start Go anew for each request
		return err
	}
	wasm := []string{"GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0"}
	if err := goCommand(ctx, wasm, "build", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(dir, "app.wasm"), "./demo/worker"); err != nil {
		return err
	}
	if err := os.CopyFS(filepath.Join(dir, "js"), js.Files); err != nil {
		return err
	}
	for to, from := range map[string]string{
		"worker.js":                "demo/worker/worker.js",
		"wasm/infer-simd.wasm":     "wasm/infer-simd.wasm",
		"wasm/infer-relaxed.wasm":  "wasm/infer-relaxed.wasm",
		"assets/model.safetensors": "demo/model/use-lite-int8.safetensors",
	} {
		if err := copyFile(filepath.Join(dir, to), filepath.Join(root(), from)); err != nil {
			return err
		}
	}
	return nil
}

// checkFolder refuses to empty a folder of somebody else's.
func checkFolder(dir string) error {
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(files) == 0 {
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, "runtime.mjs")); err != nil {
		return fmt.Errorf("%s has files that are no build of the Worker; name an empty folder", dir)
	}
	return nil
}

func goCommand(ctx context.Context, env []string, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root()
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", args[0], err, out)
	}
	return nil
}

func copyFile(to, from string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o666)
}

// Config returns how workerd runs what [Build] made in dir.
func Config(dir string) (c workerd.Config, err error) {
	c.Disks = map[string]string{"ASSETS": filepath.Join(dir, "assets")}
	c.Modules = []workerd.Module{{Name: "worker.js", Path: filepath.Join(dir, "worker.js")}}
	err = fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == "assets":
			return fs.SkipDir
		case !d.IsDir() && name != "worker.js":
			c.Modules = append(c.Modules, workerd.Module{Name: name, Path: filepath.Join(dir, name)})
		}
		return nil
	})
	return c, err
}

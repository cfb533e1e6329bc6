package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/fovea-run/fovea/runtime_test/engine"
)

// out returns the folder of what the benchmark makes.
func out() (string, error) {
	scratch, err := engine.Scratch()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(scratch, "bench")
	return dir, os.MkdirAll(dir, 0o777)
}

// prepare builds the modules with their bench exports and bundles tfjs.
func prepare(modules string) error {
	dir, err := out()
	if err != nil {
		return err
	}
	cmd := exec.Command("go", "run", "./cmd/wasmbuild", "kernels", "-bench", "-o", dir)
	cmd.Dir, cmd.Stderr = engine.Root(), os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("wasmbuild: %w", err)
	}
	result := api.Build(api.BuildOptions{
		EntryPoints:   []string{filepath.Join(engine.Root(), "runtime_test/bench/tfjs.js")},
		Outfile:       filepath.Join(dir, "tfjs.js"),
		NodePaths:     []string{modules},
		Bundle:        true,
		Write:         true,
		Format:        api.FormatESModule,
		Platform:      api.PlatformBrowser,
		AbsWorkingDir: engine.Root(),
		LogLevel:      api.LogLevelError,
	})
	if len(result.Errors) > 0 {
		return errors.New("esbuild: " + result.Errors[0].Text)
	}
	return nil
}

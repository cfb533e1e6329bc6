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

// prepare builds the modules with their bench exports, writes the weights of the table's products and bundles tfjs. It tells
// whether it built the tiles in C too.
func prepare(modules string) (clang bool, err error) {
	dir, err := out()
	if err != nil {
		return false, err
	}
	if clang, err = compileC(dir); err != nil {
		return false, err
	}
	if err := writeProducts(dir); err != nil {
		return false, err
	}
	cmd := exec.Command("go", "run", "./cmd/wasmbuild", "kernels", "-bench", "-o", dir)
	cmd.Dir, cmd.Stderr = engine.Root(), os.Stderr
	if err := cmd.Run(); err != nil {
		return false, fmt.Errorf("wasmbuild: %w", err)
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
		return false, errors.New("esbuild: " + result.Errors[0].Text)
	}
	return clang, nil
}

// compileC compiles the tiles in C, or tells that clang or its linker for WebAssembly is missing.
func compileC(dir string) (bool, error) {
	for _, program := range []string{"clang", "wasm-ld"} {
		if _, err := exec.LookPath(program); err != nil {
			fmt.Fprintf(os.Stderr, "%s is missing, so nothing is compared with clang. To install it: apt-get install clang lld\n", program)
			return false, nil
		}
	}
	const memory = "-Wl,--no-entry,--stack-first,-z,stack-size=16384,--initial-memory=16777216"
	cmd := exec.Command("clang", "--target=wasm32", "-O3", "-msimd128", "-ffreestanding", "-nostdlib", memory,
		"-o", filepath.Join(dir, "clang.wasm"), "runtime_test/bench/clang/tiles.c")
	cmd.Dir, cmd.Stderr = engine.Root(), os.Stderr
	if err := cmd.Run(); err != nil {
		return false, fmt.Errorf("clang: %w", err)
	}
	return true, nil
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// modulePath is this module's.
const modulePath = "github.com/fovea-run/fovea"

// buildLens builds demo/lens for an operating system, "js" for the page, and
// returns the program's path. The lens is no part of this program: it would
// make everybody who builds that compile Ebitengine. What is built stays in the
// user's cache; when nothing has changed, the go command only checks that.
func buildLens(ctx context.Context, goos string, progress io.Writer) (string, error) {
	root, err := moduleRoot(ctx)
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	path := filepath.Join(cache, "fovea", "lens-"+goos)
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-tags", "lens", "-o", path, "./demo/lens")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos)
	if goos == "js" {
		cmd.Env = append(cmd.Env, "GOARCH=wasm")
	}
	if _, err := os.Stat(path); err != nil {
		fmt.Fprintln(progress, "Building the lens. The first time this takes a minute.")
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build ./demo/lens: %w\n%s", err, bytes.TrimSpace(out))
	}
	return path, nil
}

// moduleRoot is the folder of this module's source.
func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", modulePath).Output()
	root := strings.TrimSpace(string(out))
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "", errors.New("the lens is built from its source, and there is no go command on this machine")
	case err != nil || root == "":
		return "", errors.New("the lens is built from its source; start this in a checkout of " + modulePath)
	}
	return root, nil
}

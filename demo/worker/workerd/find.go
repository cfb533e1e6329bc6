package workerd

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// Find returns the path of workerd's program in the npm package that the
// tests pin, or an error that says how to install it.
func Find() (string, error) {
	arch := map[string]string{"amd64": "64", "arm64": "arm64"}[runtime.GOARCH]
	path := filepath.Join(root(), "runtime_test/node_modules/@cloudflare", "workerd-"+runtime.GOOS+"-"+arch, "bin/workerd")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	how := "make deps"
	if _, err := exec.LookPath("npm"); err != nil {
		how = "sudo apt-get install nodejs npm && make deps"
	}
	return "", fmt.Errorf("workerd is not installed; run: %s", how)
}

// root is the repository's root folder.
func root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "../../..")
}

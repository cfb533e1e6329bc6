package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Paths of the service worker, and of what it keeps only once it has been
// asked for.
const (
	workerPath = "/sw.js"
	lensPrefix = "/lens/"
)

// addWorker tells the service worker what the build consists of. The worker's
// text changes with every file of the build, by which browsers notice that
// there is a new one.
func (s site) addWorker() error {
	files := map[string]string{} // SHA-256 by path
	all := sha256.New()
	for _, path := range slices.Sorted(maps.Keys(s)) {
		digest := strings.Trim(s[path].etag, `"`)
		fmt.Fprintln(all, path, digest)
		if path != workerPath && !strings.HasPrefix(path, lensPrefix) {
			files[path] = digest
		}
	}
	build, err := json.Marshal(map[string]any{"version": fmt.Sprintf("%x", all.Sum(nil)[:8]), "files": files})
	if err != nil {
		return err
	}
	s.add(workerPath, fmt.Appendf(nil, "const build = %s;\n%s", build, s[workerPath].plain))
	return nil
}

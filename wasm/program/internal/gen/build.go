package main

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
)

// buildOf is the number of the modules that the kernels in root make, of which
// some files are generated: a module and a bridge of one number go together.
func buildOf(root string, generated map[string][]byte) uint32 {
	sources, err := filepath.Glob(filepath.Join(root, "kernels", "*.go"))
	if err != nil {
		panic(err)
	}
	sum := fnv.New32a()
	for _, path := range sources {
		name := filepath.Base(path)
		if strings.HasSuffix(name, "_test.go") || name == "build_gen.go" {
			continue
		}
		content, ok := generated["kernels/"+name]
		if !ok {
			if content, err = os.ReadFile(path); err != nil {
				panic(err)
			}
		}
		fmt.Fprintf(sum, "%s %d ", name, len(content))
		sum.Write(content)
	}
	return sum.Sum32()
}

func kernelBuild(build uint32) []byte {
	b := bytes.NewBufferString(header + "package kernels\n\n")
	fmt.Fprintf(b, "// build is the number of this build, a checksum of the sources. The bridge has it, too.\nconst build = %#x\n", build)
	return goSource(b)
}

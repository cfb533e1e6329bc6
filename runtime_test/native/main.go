// Command native answers cases with the kernels run as Go, so that a test can build it for several GOAMD64 and compare.
package main

import (
	"context"
	"log"
	"os"

	"github.com/fovea-run/fovea/runtime_test/engine"
)

func main() {
	if err := engine.Serve(context.Background(), &engine.Host{Kind: "native"}, os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

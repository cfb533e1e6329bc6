package onnx

import (
	"testing"

	"github.com/fovea-run/fovea/runtime_test/engine"
)

// TestNodes runs every test of the suite natively and under wazero.
func TestNodes(t *testing.T) {
	names, err := Names()
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Skipf("%s is not there: the node tests of the ONNX suite are compared with only where it is", Folder)
	}
	for _, kind := range []string{"native", "wazero"} {
		t.Run(kind, func(t *testing.T) {
			host := &engine.Host{Kind: kind}
			if err := host.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			defer host.Close()
			passed := 0
			for _, name := range names {
				if t.Run(name, func(t *testing.T) { run(t, host, name) }) {
					passed++
				}
			}
			t.Logf("%d of %d node tests of the ONNX suite pass", passed, len(names))
		})
	}
}

func run(t *testing.T, e engine.Engine, name string) {
	c, err := Read(name)
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.Run(t.Context(), c.Case)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Check(got); err != nil {
		t.Error(err)
	}
}

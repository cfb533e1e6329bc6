package reduce_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/load"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/progen/differ"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/progen/reduce"
)

// differs has one place that matters, the condition on Relaxed.
const differs = `package main

import . "github.com/fovea-run/fovea/kernels/simd128"

const step = 3

func twice(x uint32) uint32 { return x * 2 }

//wasm:export innocent
func innocent(x uint32) uint32 { return twice(x) }

//wasm:export guilty
func guilty(n uint32, x int64) uint32 {
	sum := uint32(7)
	fuel1 := uint32(4)
	for {
		if fuel1 == 0 {
			break
		}
		fuel1--
		if sum > n {
			sum += twice(sum) * step
		} else {
			y := uint32(x) & 31
			sum ^= y
			if Relaxed {
				U32(4096).Store(0, sum|1)
			}
		}
		switch sum & 3 {
		case 0:
			sum++
		default:
			continue
		}
	}
	return sum
}
`

func TestReduce(t *testing.T) {
	simd128, err := load.Intrinsics(".")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll("../.build", 0o755); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("../.build", "reduce")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	r := &reduce.Reducer{
		Dir:     dir,
		Simd128: simd128,
		Build:   differ.Options{Config: wazero.NewRuntimeConfigInterpreter(), Flags: []string{"-tags=progen,relaxed", "-gcflags=-l"}},
		Times:   20,
		Log:     t.Logf,
	}
	got, err := r.Program(context.Background(), differs, "guilty")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got, "if Relaxed {") || !strings.Contains(got, "func guilty") {
		t.Errorf("reduced to what does not differ:\n%s", got)
	}
	for _, gone := range []string{"twice", "innocent", "switch", "step", "else"} {
		if strings.Contains(got, gone) {
			t.Errorf("%s is left:\n%s", gone, got)
		}
	}
}

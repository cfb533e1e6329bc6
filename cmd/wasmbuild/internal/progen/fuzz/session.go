package main

import (
	"context"
	"fmt"
	"go/types"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/tetratelabs/wazero"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/load"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/progen"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/progen/differ"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/progen/reduce"
)

// A session is the state of a whole run.
type session struct {
	programs, per, times int
	seed                 uint64
	dir                  string
	optimize             bool

	simd128          *types.Package
	done, mismatches int
	coverage
}

func (s *session) run(ctx context.Context) error {
	var err error
	if s.simd128, err = load.Intrinsics("."); err != nil {
		return err
	}
	s.coverage = newCoverage()
	start := time.Now()
	for seed := s.seed; s.done < s.programs && ctx.Err() == nil; seed++ {
		if err := s.pkg(ctx, seed); err != nil {
			if ctx.Err() != nil {
				break
			}
			return fmt.Errorf("seed %d: %w", seed, err)
		}
		log.Printf("seed %d: %d programs, %d mismatches, %.0f s", seed, s.done, s.mismatches, time.Since(start).Seconds())
	}
	return nil
}

// pkg generates, builds and runs one package.
func (s *session) pkg(ctx context.Context, seed uint64) error {
	p, err := progen.Generate(seed, s.per, s.simd128.Scope())
	if err != nil {
		return err
	}
	dir := filepath.Join(s.dir, fmt.Sprintf("seed%d", seed))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "kernel.go"), p.Source, 0o644); err != nil {
		return err
	}
	k, err := differ.Build(ctx, dir, s.options(seed))
	if err != nil {
		return err
	}
	defer k.Close(ctx)
	result, err := k.Compare(ctx, seed, s.times)
	if err != nil {
		return err
	}
	s.done += len(k.Programs)
	s.mismatches += len(result.Mismatches)
	if err := s.coverage.add(p, k.Binary, result); err != nil {
		return err
	}
	for _, m := range result.Mismatches {
		log.Printf("seed %d: %v", seed, m)
		s.reduce(ctx, string(p.Source), m, seed)
	}
	return nil
}

// options are those of a package: every other one is native for processors
// that fuse products and sums, and in some the passes are verified, which
// takes long.
func (s *session) options(seed uint64) differ.Options {
	opts := differ.Options{Config: wazero.NewRuntimeConfigCompiler(), Verify: seed%8 == 1}
	if !s.optimize {
		opts.Flags = []string{"-gcflags=-l"}
	}
	if seed%2 == 0 && fuses() {
		opts.Env = []string{"GOAMD64=v3"}
	}
	return opts
}

func (s *session) reduce(ctx context.Context, source string, m differ.Mismatch, seed uint64) {
	r := &reduce.Reducer{
		Dir:     filepath.Join(s.dir, "reduce"),
		Simd128: s.simd128,
		Build:   s.options(seed),
		Seed:    seed,
		Times:   s.times,
		Log:     log.Printf,
	}
	small, err := r.Program(ctx, source, m.Program.Func)
	if err != nil {
		log.Printf("reducing %s: %v", m.Program.Name, err)
	}
	fmt.Printf("// seed %d, %v\n%s\n", seed, m.Program.Name, small)
}

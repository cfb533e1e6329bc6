// Package differ runs packages of kernel Go natively and compiled, and tells
// where they differ.
package differ

import (
	"bytes"
	"context"
	"encoding/gob"
	"fmt"
	"go/ast"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/tetratelabs/wazero"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/build"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/dialect"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/load"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/progen/native"
)

// A Program is an exported function.
type Program struct {
	Name   string   // of the export
	Func   string   // of the function
	Params []string // underlying types
	Result string   // underlying type, empty if there is none
}

// A Kernel is a package that is built both ways.
type Kernel struct {
	Programs []Program
	Binary   []byte // the module
	command  string // the native executable
	compiled wazero.CompiledModule
	runtime  wazero.Runtime
}

// Options choose how a package is built.
type Options struct {
	Config wazero.RuntimeConfig
	Flags  []string // of go build
	Env    []string // of go build, beside this process's
	Verify bool     // that every pass leaves the module valid
}

// Programs returns the exported functions of a package, in source order.
func Programs(p *load.Package) []Program {
	var list []Program
	for _, file := range p.Files {
		for _, d := range file.Decls {
			d, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			for _, dir := range dialect.Directives(d.Doc) {
				if dir.Verb == "export" {
					list = append(list, program(dir.Arg, p.Info.Defs[d.Name].(*types.Func)))
				}
			}
		}
	}
	return list
}

func program(name string, f *types.Func) Program {
	p := Program{Name: name, Func: f.Name()}
	for v := range f.Signature().Params().Variables() {
		p.Params = append(p.Params, v.Type().Underlying().String())
	}
	for v := range f.Signature().Results().Variables() {
		p.Result = v.Type().Underlying().String()
	}
	return p
}

// hostFile is the part of a package that only its native build has.
const hostFile = "progen_host.go"

// Build builds the package of kernel Go in dir, whose name is main, natively
// and as a module. Below the module's package
// progen, dir may import what is internal to it.
func Build(ctx context.Context, dir string, opts Options) (*Kernel, error) {
	inspect := verify
	if !opts.Verify {
		inspect = nil
	}
	m, err := build.Dir(dir, build.Options{Inspect: inspect})
	if err != nil {
		return nil, err
	}
	p, err := load.Dir(dir)
	if err != nil {
		return nil, err
	}
	k := &Kernel{Programs: Programs(p), Binary: m.Binary, command: filepath.Join(dir, "native.exe")}
	if err := k.buildNative(ctx, dir, opts); err != nil {
		return nil, err
	}
	k.runtime = wazero.NewRuntimeWithConfig(ctx, opts.Config.WithMemoryLimitPages(native.MaxPages))
	if k.compiled, err = k.runtime.CompileModule(ctx, k.Binary); err != nil {
		return nil, fmt.Errorf("differ: compiling the module: %w", err)
	}
	return k, nil
}

func verify(step string, m *ir.Module) error {
	if err := ir.Verify(m); err != nil {
		return fmt.Errorf("after %s: %w", step, err)
	}
	return nil
}

// Close frees what a kernel holds, the native executable included.
func (k *Kernel) Close(ctx context.Context) error {
	os.Remove(k.command)
	return k.runtime.Close(ctx)
}

func (k *Kernel) buildNative(ctx context.Context, dir string, opts Options) error {
	var b strings.Builder
	b.WriteString("//go:build progen\n\npackage main\n\nimport (\n\"os\"\n\n\"github.com/fovea-run/fovea/cmd/wasmbuild/internal/progen/native\"\n)\n\n")
	b.WriteString("func main() {\nif err := native.Main([]any{\n")
	for _, p := range k.Programs {
		fmt.Fprintf(&b, "%s,\n", p.Func)
	}
	b.WriteString("}, os.Stdin, os.Stdout); err != nil {\nos.Stderr.WriteString(err.Error())\nos.Exit(1)\n}\n}\n")
	if err := os.WriteFile(filepath.Join(dir, hostFile), []byte(b.String()), 0o644); err != nil {
		return err
	}
	defer os.Remove(filepath.Join(dir, hostFile))
	args := append([]string{"build", "-tags", "progen", "-o", "native.exe", "-ldflags=-s -w"}, opts.Flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, ".")...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), opts.Env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("differ: go build: %w\n%s", err, out)
	}
	return nil
}

// timeout ends native runs of programs that do not end, which takes a mistake
// in what made them.
const timeout = 2 * time.Minute

// native runs the runs in the native executable.
func (k *Kernel) native(ctx context.Context, runs []native.Run) ([]native.Outcome, error) {
	var in, out, stderr bytes.Buffer
	if err := gob.NewEncoder(&in).Encode(runs); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, k.command)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("differ: native run: %w\n%s", err, stderr.Bytes())
	}
	var outcomes []native.Outcome
	if err := gob.NewDecoder(&out).Decode(&outcomes); err != nil {
		return nil, fmt.Errorf("differ: native outcomes: %w", err)
	}
	return outcomes, nil
}

// A Result is what came of running programs.
type Result struct {
	Runs       int
	Traps      map[string]int // runs that trapped natively, by kind
	Mismatches []Mismatch     // the first of each program
}

// A Mismatch is a run whose outcomes differ.
type Mismatch struct {
	Program          Program
	Args             []uint64
	Native, Compiled native.Outcome
}

func (m Mismatch) String() string {
	return fmt.Sprintf("%s(%#x):\n native   %+v\n compiled %+v", m.Program.Name, m.Args, m.Native, m.Compiled)
}

// Compare runs every program so many times, with arguments that depend on its
// types and seed only.
func (k *Kernel) Compare(ctx context.Context, seed uint64, times int) (*Result, error) {
	var runs []native.Run
	for i, p := range k.Programs {
		for j := range times {
			runs = append(runs, native.Run{Program: i, Args: Arguments(p.Params, seed, j)})
		}
	}
	want, err := k.native(ctx, runs)
	if err != nil {
		return nil, err
	}
	got, err := k.wasm(ctx, runs)
	if err != nil {
		return nil, err
	}
	r := &Result{Runs: len(runs), Traps: map[string]int{}}
	last := -1
	for i, run := range runs {
		if want[i].Trap != "" {
			r.Traps[want[i].Trap]++
		}
		if got[i] != want[i] && last != run.Program {
			last = run.Program
			r.Mismatches = append(r.Mismatches, Mismatch{k.Programs[run.Program], run.Args, want[i], got[i]})
		}
	}
	return r, nil
}

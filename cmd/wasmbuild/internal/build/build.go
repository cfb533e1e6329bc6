// Package build runs the compiler's passes from a directory of kernel Go to
// a binary module.
package build

import (
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/check"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/debug"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/load"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/lower"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/pass"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/wasm"
)

// Options choose the build.
type Options struct {
	Relaxed bool // relaxed SIMD
	Threads bool // several threads in one memory, which is imported
	Train   bool // what only training needs, too
	Bench   bool // export functions with //wasm:bench, too

	// Debug, if not empty, is the file name of a module that says where its
	// code comes from: custom sections, and a source map beside it.
	Debug string

	// Inspect, if set, sees the module after each step, by the step's name.
	Inspect func(step string, m *ir.Module) error
}

// A Module is a built module.
type Module struct {
	*wasm.Encoded
	Map []byte // the source map of a module with Options.Debug, for the file of MapName
}

// MapName is the name of a module's source map, which the module refers to.
func MapName(module string) string { return module + ".map" }

// Dir compiles the package of kernel Go in dir. Complaints about the source
// are a [diag.List].
func Dir(dir string, opts Options) (*Module, error) {
	p, err := load.Dir(dir, opts.tags()...)
	if err != nil {
		return nil, err
	}
	if err := check.Package(p); err != nil {
		return nil, err
	}
	m := lower.Package(p, lower.Options{Relaxed: opts.Relaxed, Threads: opts.Threads, Bench: opts.Bench})
	if err := opts.inspect("lower", m); err != nil {
		return nil, err
	}
	for _, p := range pass.All {
		p.Run(m)
		if err := opts.inspect(p.Name, m); err != nil {
			return nil, err
		}
	}
	built := &Module{Encoded: wasm.Encode(m)}
	if opts.Debug == "" {
		return built, nil
	}
	debug.Attach(built.Encoded, m, p.Fset, MapName(opts.Debug))
	built.Map, err = debug.SourceMap(built.Encoded, p.Fset, p.Sources, opts.Debug)
	return built, err
}

// tags returns the build tags that set the constants of the build.
func (o *Options) tags() (tags []string) {
	if o.Relaxed {
		tags = append(tags, "relaxed")
	}
	if o.Threads {
		tags = append(tags, "threads")
	}
	if o.Train {
		tags = append(tags, "train")
	}
	return tags
}

func (o *Options) inspect(step string, m *ir.Module) error {
	if o.Inspect == nil {
		return nil
	}
	return o.Inspect(step, m)
}

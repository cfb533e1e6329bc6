// Package bundle makes the files that a site serves to have Fovea by one
// script tag or one import.
package bundle

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/fovea-run/fovea/js"
	"github.com/fovea-run/fovea/wasm"
)

// Names of the bundled bridge: as a classic script, see js/script.js, and as an
// ES module, see js/module.js; and of the part for WebGPU that either loads
// where there is an adapter to use.
const (
	Script = "fovea.js"
	Module = "fovea.module.js"
	WebGPU = "fovea.webgpu.js"
)

// Model is the name under which the script looks for a model file beside it.
const Model = "model.safetensors"

const banner = "/*! Fovea | Apache-2.0 | https://github.com/fovea-run/fovea */"

// Files returns, by name, the bundles and what they load from beside them, but
// for the model file. They depend on nothing but the sources.
func Files() (map[string][]byte, error) {
	files := map[string][]byte{}
	for name, bundle := range map[string]func(fs.FS) ([]byte, error){Script: script, Module: module, WebGPU: webgpu} {
		var err error
		if files[name], err = bundle(js.Files); err != nil {
			return nil, err
		}
	}
	return files, fs.WalkDir(wasm.Modules, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files[name], err = fs.ReadFile(wasm.Modules, name)
		}
		return err
	})
}

// script bundles script.js of modules: one classic script for a page and its
// workers.
func script(modules fs.FS) ([]byte, error) {
	return build(modules, "place.script.js", api.BuildOptions{
		EntryPoints: []string{"./script.js"},
		Format:      api.FormatIIFE,
		GlobalName:  "fovea",
		Charset:     api.CharsetASCII, // a classic script is read in its page's encoding
	})
}

// module bundles module.js of modules: one ES module for a page and its workers.
func module(modules fs.FS) ([]byte, error) {
	return build(modules, "place.module.js", api.BuildOptions{
		EntryPoints: []string{"./module.js"},
		Format:      api.FormatESModule,
	})
}

// webgpu bundles webgpu/device.js of modules, which imports nothing that the
// bundles above have.
func webgpu(modules fs.FS) ([]byte, error) {
	return build(modules, "", api.BuildOptions{
		EntryPoints: []string{"./webgpu/device.js"},
		Format:      api.FormatESModule,
	})
}

// build bundles modules, one of them in the place of place.js.
func build(modules fs.FS, place string, o api.BuildOptions) ([]byte, error) {
	o.Bundle = true
	o.Plugins = []api.Plugin{{Name: "modules", Setup: func(b api.PluginBuild) { serve(b, modules, place) }}}
	o.Platform = api.PlatformBrowser
	o.Target = api.ES2022
	o.MinifyWhitespace, o.MinifyIdentifiers, o.MinifySyntax = true, true, true
	o.LegalComments = api.LegalCommentsNone
	o.Banner = map[string]string{"js": banner}
	result := api.Build(o)
	var errs []error
	for _, m := range append(result.Errors, result.Warnings...) {
		at := ""
		if l := m.Location; l != nil {
			at = fmt.Sprintf("js/%s:%d:%d: ", strings.TrimPrefix(l.File, namespace+":"), l.Line, l.Column)
		}
		errs = append(errs, errors.New(at+m.Text))
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return result.OutputFiles[0].Contents, nil
}

// namespace is where modules live for esbuild, so that it looks for none on disk.
const namespace = "fovea"

// serve lets a build import modules by relative paths, with one of them in the
// place of place.js, and the bundle for WebGPU when it runs.
func serve(b api.PluginBuild, modules fs.FS, place string) {
	b.OnResolve(api.OnResolveOptions{Filter: `^\.\.?/`}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
		name := path.Join(path.Dir(args.Importer), args.Path)
		switch name {
		case "place.js":
			name = place
		case WebGPU:
			return api.OnResolveResult{Path: args.Path, External: true}, nil
		}
		return api.OnResolveResult{Path: name, Namespace: namespace}, nil
	})
	b.OnLoad(api.OnLoadOptions{Filter: `.`, Namespace: namespace}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
		data, err := fs.ReadFile(modules, args.Path)
		text := string(data)
		return api.OnLoadResult{Contents: &text, Loader: api.LoaderJS}, err
	})
}

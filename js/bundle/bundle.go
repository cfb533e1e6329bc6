// Package bundle makes the files that a site serves to have Fovea by one
// script tag.
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

// Script is the name of the bundled bridge, see js/script.js.
const Script = "fovea.js"

// Model is the name under which the script looks for a model file beside it.
const Model = "model.safetensors"

const banner = "/*! Fovea | Apache-2.0 | https://github.com/fovea-run/fovea */"

// Files returns, by name, the script and what it loads from beside it, but for
// the model file. They depend on nothing but the sources.
func Files() (map[string][]byte, error) {
	files := map[string][]byte{}
	var err error
	if files[Script], err = script(js.Files); err != nil {
		return nil, err
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
	result := api.Build(api.BuildOptions{
		EntryPoints: []string{"./script.js"},
		Plugins:     []api.Plugin{{Name: "modules", Setup: func(b api.PluginBuild) { serve(b, modules) }}},
		Bundle:      true,
		Format:      api.FormatIIFE,
		GlobalName:  "fovea",
		Platform:    api.PlatformBrowser,
		Target:      api.ES2022,
		Charset:     api.CharsetASCII, // a classic script is read in its page's encoding

		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LegalComments:     api.LegalCommentsNone,
		Banner:            map[string]string{"js": banner},
	})
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

// Where modules live for esbuild, so that it looks for none on disk.
const (
	namespace = "fovea"
	nothing   = "nothing"
)

// serve lets a build import modules by relative paths, with place.script.js in
// the place of place.js, and nothing in that of node's own modules.
func serve(b api.PluginBuild, modules fs.FS) {
	b.OnResolve(api.OnResolveOptions{Filter: `^\.\.?/`}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
		name := path.Join(path.Dir(args.Importer), args.Path)
		if name == "place.js" {
			name = "place.script.js"
		}
		return api.OnResolveResult{Path: name, Namespace: namespace}, nil
	})
	b.OnResolve(api.OnResolveOptions{Filter: `^node:`}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
		return api.OnResolveResult{Path: args.Path, Namespace: nothing}, nil
	})
	b.OnLoad(api.OnLoadOptions{Filter: `.`, Namespace: nothing}, func(api.OnLoadArgs) (api.OnLoadResult, error) {
		return api.OnLoadResult{Contents: new(string)}, nil
	})
	b.OnLoad(api.OnLoadOptions{Filter: `.`, Namespace: namespace}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
		data, err := fs.ReadFile(modules, args.Path)
		text := string(data)
		return api.OnLoadResult{Contents: &text, Loader: api.LoaderJS}, err
	})
}

package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/fovea-run/fovea/demo/model"
	"github.com/fovea-run/fovea/js/bundle"
	"github.com/fovea-run/fovea/wasm/models/safetensors"
)

const jsHelp = `Writes what a site serves to have Fovea by one tag,
<script src="/fovea/fovea.js" data-focus="article"></script>, or by
import { Focus, open } from '/fovea/fovea.module.js': the script, the same as an
ES module, the WebAssembly modules, what a page with a GPU fetches more, and a
model. It needs no checkout.
`

// runJS writes the files of the script tag.
func runJS(args []string, stdout, stderr io.Writer) error {
	fs := newFlags("js [FLAGS]", jsHelp)
	out := fs.String("o", "fovea", "directory that the files are written to; made if missing")
	from := fs.String("model", "", "model file of Fovea's to put beside the script; without it the Universal\nSentence Encoder lite, 7.7 MB")
	if err := parse(fs, args, 0, stdout, stderr); err != nil {
		return err
	}
	files, err := siteFiles(*from, stderr)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(*out, 0o777); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := replaceFile(filepath.Join(*out, name), files[name]); err != nil {
			return err
		}
		fmt.Fprintf(stderr, "wrote %s, %d bytes\n", filepath.Join(*out, name), len(files[name]))
	}
	fmt.Fprintf(stderr, "Serve the folder from your page's own origin, and in the page: <script src=\"/%s/%s\" data-focus=\"article\"></script>\n",
		filepath.Base(*out), bundle.Script)
	return nil
}

// siteFiles returns the files by name.
func siteFiles(from string, stderr io.Writer) (map[string][]byte, error) {
	p := startProgress(stderr)
	defer p.stop()
	data := []byte(model.File)
	if from != "" {
		p.stepf("reading %s", from)
		var err error
		if data, err = readModel(from); err != nil {
			return nil, err
		}
	}
	p.stepf("bundling %s", bundle.Script)
	files, err := bundle.Files()
	if err != nil {
		return nil, err
	}
	files[bundle.Model] = data
	return files, nil
}

// readModel reads a model file and checks that it is whole.
func readModel(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	file, err := safetensors.Read(bytes.NewReader(data), int64(len(data)))
	if err == nil {
		err = file.Verify()
	}
	if err != nil {
		return nil, fmt.Errorf("%s is no model file: %w", path, err)
	}
	return data, nil
}

// replaceFile writes beside the target and renames: a server may be reading it.
func replaceFile(path string, data []byte) error {
	temp := path + ".new"
	if err := os.WriteFile(temp, data, 0o644); err != nil {
		return err
	}
	return os.Rename(temp, path)
}

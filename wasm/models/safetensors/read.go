package safetensors

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

// Info describes one tensor of a file.
type Info struct {
	Name   string
	DType  DType
	Shape  []int64
	Offset int64 // of its first byte, from the start of the file
	Size   int64 // bytes
}

// File is a safetensors file whose header has been read and checked.
type File struct {
	// Metadata is the header's string table, nil when the file has none.
	Metadata map[string]string
	// Tensors stand in the order of their bytes in the file.
	Tensors []Info

	r      io.ReaderAt
	size   int64
	header []byte
	byName map[string]int
}

// Read reads and checks the header of the size bytes behind r. Every byte after
// the header must belong to exactly one tensor, and every tensor's range must be
// as long as its dtype and shape say. The tensors themselves are not read.
func Read(r io.ReaderAt, size int64) (*File, error) {
	header, err := readHeader(r, size)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	f := &File{r: r, size: size, header: header}
	if f.Metadata, f.Tensors, err = parseHeader(header); err != nil {
		return nil, fmt.Errorf("safetensors: header: %w", err)
	}
	if err := f.place(); err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	return f, nil
}

func readHeader(r io.ReaderAt, size int64) ([]byte, error) {
	if size < 8 {
		return nil, fmt.Errorf("file of %d bytes is too short for the header's length", size)
	}
	var word [8]byte
	if err := readFull(r, word[:], 0); err != nil {
		return nil, fmt.Errorf("header's length: %w", err)
	}
	n := binary.LittleEndian.Uint64(word[:])
	if n > maxHeader {
		return nil, fmt.Errorf("header of %d bytes is over the limit of %d (is this a safetensors file?)", n, maxHeader)
	}
	if int64(n) > size-8 {
		return nil, fmt.Errorf("header of %d bytes does not fit in a file of %d (truncated?)", n, size)
	}
	header := make([]byte, n)
	if err := readFull(r, header, 8); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	if len(header) == 0 || header[0] != '{' {
		return nil, fmt.Errorf("header does not begin with '{'")
	}
	if !utf8.Valid(header) {
		return nil, fmt.Errorf("header is not UTF-8")
	}
	return header, nil
}

// readFull reads len(p) bytes at off. io.ReaderAt lets a full read at the end of
// the file return io.EOF, which is no error here.
func readFull(r io.ReaderAt, p []byte, off int64) error {
	n, err := r.ReadAt(p, off)
	if n == len(p) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// place sorts the tensors by offset, checks that they tile the data exactly and
// turns their offsets into offsets in the file.
func (f *File) place() error {
	slices.SortStableFunc(f.Tensors, func(a, b Info) int {
		// An empty tensor stands before the one that begins where it does.
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Size, b.Size))
	})
	base := 8 + int64(len(f.header))
	data, next := f.size-base, int64(0)
	f.byName = make(map[string]int, len(f.Tensors))
	for i := range f.Tensors {
		t := &f.Tensors[i]
		switch end := t.Offset + t.Size; {
		case t.Offset < next:
			return fmt.Errorf("tensor %q at offset %d overlaps %q", t.Name, t.Offset, f.Tensors[i-1].Name)
		case t.Offset > next:
			return fmt.Errorf("tensor %q at offset %d leaves a hole after %d", t.Name, t.Offset, next)
		case end > data:
			return fmt.Errorf("tensor %q ends at offset %d, the file holds %d bytes of data (truncated?)", t.Name, end, data)
		default:
			next = end
		}
		t.Offset += base
		f.byName[t.Name] = i
	}
	if next != data {
		return fmt.Errorf("%d bytes after the last tensor", data-next)
	}
	return nil
}

// Lookup finds a tensor by name.
func (f *File) Lookup(name string) (Info, bool) {
	i, ok := f.byName[name]
	if !ok {
		return Info{}, false
	}
	return f.Tensors[i], true
}

// Section gives the bytes of a tensor of this file.
func (f *File) Section(t Info) *io.SectionReader {
	return io.NewSectionReader(f.r, t.Offset, t.Size)
}

// Bytes reads the named tensor, which must have the dtype and, where shape is
// given, the shape; -1 in shape stands for any length.
func (f *File) Bytes(name string, dtype DType, shape ...int64) ([]byte, error) {
	t, ok := f.Lookup(name)
	if !ok {
		return nil, fmt.Errorf("safetensors: no tensor %q", name)
	}
	if t.DType != dtype {
		return nil, fmt.Errorf("safetensors: tensor %q is %s, want %s", name, t.DType, dtype)
	}
	if len(shape) > 0 && !shapeMatches(t.Shape, shape) {
		return nil, fmt.Errorf("safetensors: tensor %q has shape %v, want %v", name, t.Shape, shape)
	}
	p := make([]byte, t.Size)
	if err := readFull(f.r, p, t.Offset); err != nil {
		return nil, fmt.Errorf("safetensors: tensor %q: %w", name, err)
	}
	return p, nil
}

func shapeMatches(got, want []int64) bool {
	return slices.EqualFunc(got, want, func(g, w int64) bool { return w == -1 || g == w })
}

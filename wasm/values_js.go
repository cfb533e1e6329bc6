package wasm

import (
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"slices"
	"syscall/js"

	"github.com/fovea-run/fovea/wasm/program"
)

// A Buffer is a model file in JavaScript's memory, which [Runtime.Load] hands
// to the bridge without a copy in Go's.
type Buffer struct{ bytes js.Value }

// NewBuffer returns a Buffer of a Uint8Array or an ArrayBuffer, which must not
// be changed before it is loaded.
func NewBuffer(v js.Value) (*Buffer, error) {
	switch {
	case v.InstanceOf(js.Global().Get("Uint8Array")):
		return &Buffer{v}, nil
	case v.InstanceOf(js.Global().Get("ArrayBuffer")):
		return &Buffer{js.Global().Get("Uint8Array").New(v)}, nil
	}
	return nil, failure(program.ErrValue, "load", "the buffer", v.Type(), "a Uint8Array or an ArrayBuffer")
}

// Size returns the number of bytes.
func (b *Buffer) Size() int64 { return int64(b.bytes.Length()) }

// ReadAt implements [io.ReaderAt].
func (b *Buffer) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("offset %d", off)
	}
	n := js.CopyBytesToGo(p, b.bytes.Call("subarray", min(off, b.Size())))
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// fileOf returns size bytes of r as a Uint8Array.
func fileOf(r io.ReaderAt, size int64) (js.Value, error) {
	if b, ok := r.(*Buffer); ok && size >= 0 && size <= b.Size() {
		return b.bytes.Call("subarray", 0, size), nil
	}
	if size < 0 || size >= 1<<32 {
		return js.Undefined(), fmt.Errorf("a file of %d bytes", size)
	}
	file := js.Global().Get("Uint8Array").New(size)
	chunk := make([]byte, min(size, 1<<20))
	for at := int64(0); at < size; {
		n, err := r.ReadAt(chunk[:min(int64(len(chunk)), size-at)], at)
		js.CopyBytesToJS(file.Call("subarray", at), chunk[:n])
		if at += int64(n); err != nil && at < size {
			return js.Undefined(), err
		}
	}
	return file, nil
}

func bytesToJS(b []byte) js.Value {
	v := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(v, b)
	return v
}

// bytesFromJS copies the bytes of a typed array.
func bytesFromJS(v js.Value) []byte {
	view := js.Global().Get("Uint8Array").New(v.Get("buffer"), v.Get("byteOffset"), v.Get("byteLength"))
	b := make([]byte, view.Length())
	js.CopyBytesToGo(b, view)
	return b
}

// arrayToJS makes a typed array of little-endian elements.
func arrayToJS(class string, data []byte) js.Value {
	return js.Global().Get(class).New(bytesToJS(data).Get("buffer"))
}

func wordsToJS(words []uint32) js.Value {
	b := make([]byte, 0, 4*len(words))
	for _, w := range words {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return arrayToJS("Uint32Array", b)
}

func wordsOf(b []byte) []uint32 {
	words := make([]uint32, len(b)/4)
	for i := range words {
		words[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return words
}

func intsFromJS(v js.Value) []int {
	ints := make([]int, v.Length())
	for i := range ints {
		ints[i] = v.Index(i).Int()
	}
	return ints
}

// arrays are the classes of typed arrays.
var arrays = map[DType]string{Float32: "Float32Array", Int32: "Int32Array", Uint8: "Uint8Array", Float16: "Uint16Array"}

func tensorsToJS(op string, in Tensors) (js.Value, error) {
	object := js.Global().Get("Object").New()
	for _, name := range slices.Sorted(maps.Keys(in)) {
		t := in[name]
		if err := t.check(op, name); err != nil {
			return js.Undefined(), err
		}
		shape := make([]any, len(t.Shape))
		for i, n := range t.Shape {
			shape[i] = n
		}
		object.Set(name, map[string]any{"shape": shape, "data": arrayToJS(arrays[t.DType], t.Data)})
	}
	return object, nil
}

func tensorsFromJS(v js.Value) Tensors {
	out := Tensors{}
	names := js.Global().Get("Object").Call("keys", v)
	for i := range names.Length() {
		name := names.Index(i).String()
		t := v.Get(name)
		out[name] = Tensor{dtypeOf(t), intsFromJS(t.Get("shape")), bytesFromJS(t.Get("data"))}
	}
	return out
}

// dtypeOf returns the dtype that an object names.
func dtypeOf(v js.Value) DType {
	name := stringOf(v, "dtype")
	for _, d := range []DType{Float32, Int32, Uint8, Float16} {
		if d.String() == name {
			return d
		}
	}
	return 0
}

// stringOf returns a property of an object, "" if it is no string.
func stringOf(v js.Value, name string) string {
	if v.Type() != js.TypeObject {
		return ""
	}
	if p := v.Get(name); p.Type() == js.TypeString {
		return p.String()
	}
	return ""
}

// intOf returns a property of an object, 0 if it is no number.
func intOf(v js.Value, name string) int {
	if v.Type() != js.TypeObject {
		return 0
	}
	if p := v.Get(name); p.Type() == js.TypeNumber {
		return p.Int()
	}
	return 0
}

func cardFromJS(v js.Value) Card {
	return Card{
		Name: stringOf(v, "name"), Source: stringOf(v, "source"), License: stringOf(v, "license"),
		Edition: stringOf(v, "edition"), Dims: intOf(v, "dims"), MaxTokens: intOf(v, "maxTokens"),
	}
}

func programsFromJS(v js.Value) []Program {
	return listFromJS(v, func(p js.Value) Program {
		return Program{stringOf(p, "name"), listFromJS(p.Get("dims"), dimFromJS), listFromJS(p.Get("inputs"), portFromJS),
			listFromJS(p.Get("outputs"), portFromJS)}
	})
}

func dimFromJS(d js.Value) Dim { return Dim{stringOf(d, "name"), intOf(d, "min"), intOf(d, "max")} }

func portFromJS(p js.Value) Port {
	return Port{stringOf(p, "name"), dtypeOf(p), listFromJS(p.Get("shape"), js.Value.String)}
}

// listFromJS converts an array; what is no object is none.
func listFromJS[T any](v js.Value, convert func(js.Value) T) []T {
	if v.Type() != js.TypeObject {
		return nil
	}
	list := make([]T, v.Length())
	for i := range list {
		list[i] = convert(v.Index(i))
	}
	return list
}

package safetensors

import (
	"bytes"
	"encoding/binary"
	"os"
	"reflect"
	"strings"
	"testing"
)

// file puts a header and n bytes of data together.
func file(header string, n int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, n)...)
}

func read(b []byte) (*File, error) { return Read(bytes.NewReader(b), int64(len(b))) }

// testdata/reference.safetensors was written by the Python package safetensors
// 0.8 (safetensors.numpy.save_file) with the values tested here.
func TestReadReference(t *testing.T) {
	b, err := os.ReadFile("testdata/reference.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	f, err := read(b)
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{"format": "np", "note": `quoted " text`}; !reflect.DeepEqual(f.Metadata, want) {
		t.Errorf("metadata %v, want %v", f.Metadata, want)
	}
	cases := []struct {
		name  string
		dtype DType
		shape []int64
		data  string
	}{
		{"scalar", F64, []int64{}, "\x00\x00\x00\x00\x00\x00\x04\x40"},
		{"weight", F32, []int64{2, 3}, "\x00\x00\x00\x00\x00\x00\x80\x3e\x00\x00\x00\x3f\x00\x00\x40\x3f\x00\x00\x80\x3f\x00\x00\xa0\x3f"},
		{"ids", I32, []int64{3}, "\xff\xff\xff\xff\x02\x00\x00\x00\x03\x00\x00\x00"},
		{"empty", F16, []int64{0, 4}, ""},
		{"größe", U8, []int64{2}, "\x01\x02"},
	}
	if len(f.Tensors) != len(cases) {
		t.Fatalf("%d tensors, want %d", len(f.Tensors), len(cases))
	}
	for i, c := range cases {
		if f.Tensors[i].Name != c.name || !reflect.DeepEqual(f.Tensors[i].Shape, c.shape) {
			t.Errorf("tensor %d is %+v, want %s %v", i, f.Tensors[i], c.name, c.shape)
		}
		data, err := f.Bytes(c.name, c.dtype, c.shape...)
		if err != nil || string(data) != c.data {
			t.Errorf("%s: %q %v, want %q", c.name, data, err, c.data)
		}
	}
	if err := f.Verify(); err == nil || !strings.Contains(err.Error(), "no \"sha256\"") {
		t.Errorf("Verify without a digest: %v", err)
	}
}

const tensorA = `"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}`

func TestReadRefuses(t *testing.T) {
	cases := []struct{ name, header, want string }{
		{"no object", `[]`, "begin with '{'"},
		{"leading blank", ` {}`, "begin with '{'"},
		{"not UTF-8", "{\"\xff\":1}", "not UTF-8"},
		{"no JSON", `{"a" 1}`, "header"},
		{"cut JSON", `{"a":{"dtype":"F32"`, "ends early"},
		{"two values", `{` + tensorA + `}{}`, "more than one"},
		{"twice", `{` + tensorA + `,` + tensorA + `}`, `"a" stands twice`},
		{"escaped twice", `{` + tensorA + `,"\u0061":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}`, `"a" stands twice`},
		{"field twice", `{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, `tensor "a": field "dtype" stands twice`},
		{"field missing", `{"a":{"dtype":"F32","data_offsets":[0,8]}}`, `tensor "a": field "shape" is missing`},
		{"field unknown", `{"a":{"type":"F32"}}`, `tensor "a": unknown field "type"`},
		{"dtype unknown", `{"a":{"dtype":"F4","shape":[16],"data_offsets":[0,8]}}`, `tensor "a": unknown dtype "F4"`},
		{"dtype no string", `{"a":{"dtype":4,"shape":[2],"data_offsets":[0,8]}}`, "dtype is no string"},
		{"shape no array", `{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}`, "shape: 2 where ["},
		{"shape nested", `{"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}}`, "is no number"},
		{"shape negative", `{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}`, "-2 is no length"},
		{"shape fraction", `{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}`, "2.0 is no length"},
		{"shape overflow", `{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}`, "overflows"},
		{"shape wraps to 8", `{"a":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}}`, "overflows"},
		{"rank", `{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}`, "more than 16"},
		{"size", `{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`, `tensor "a": data_offsets [0 8] hold 8 bytes, F32 [3] needs 12`},
		{"offsets reversed", `{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}`, "no range"},
		{"offsets single", `{"a":{"dtype":"F32","shape":[2],"data_offsets":[8]}}`, "no range"},
		{"past the end", `{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`, `tensor "a" ends at offset 16, the file holds 8`},
		{"hole before", `{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, `tensor "a" at offset 4 leaves a hole`},
		{"rest", `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, "4 bytes after the last tensor"},
		{"overlap", `{"a":{"dtype":"U8","shape":[6],"data_offsets":[0,6]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}`, `tensor "b" at offset 4 overlaps "a"`},
		{"hole between", `{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}`, `tensor "b" at offset 4 leaves a hole`},
		{"metadata no string", `{"__metadata__":{"k":1},` + tensorA + `}`, `metadata "k" is no string`},
		{"metadata twice", `{"__metadata__":{"k":"1","k":"2"},` + tensorA + `}`, `metadata "k" stands twice`},
		{"metadata section twice", `{"__metadata__":{},"__metadata__":{},` + tensorA + `}`, `"__metadata__" stands twice`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(file(c.header, 8))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestReadBounds(t *testing.T) {
	whole := file(`{`+tensorA+`}   `, 8)
	if _, err := read(whole); err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		if _, err := read(whole[:n]); err == nil {
			t.Errorf("a file cut to %d of %d bytes was accepted", n, len(whole))
		}
		// The size can be a lie as well, when a file shrinks under its reader.
		f, err := Read(bytes.NewReader(whole[:n]), int64(len(whole)))
		if err == nil {
			_, err = f.Bytes("a", F32, 2)
		}
		if err == nil {
			t.Errorf("reading past the end of %d of %d bytes gave no error", n, len(whole))
		}
	}
	for _, n := range []uint64{maxHeader + 1, 1 << 63, 1<<64 - 1} {
		b := binary.LittleEndian.AppendUint64(nil, n)
		if _, err := read(append(b, whole[8:]...)); err == nil || !strings.Contains(err.Error(), "over the limit") {
			t.Errorf("header length %d: %v", n, err)
		}
	}
}

func TestBytesChecks(t *testing.T) {
	f, err := read(file(`{`+tensorA+`}`, 8))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Bytes("a", F32, -1); err != nil {
		t.Error(err)
	}
	for want, err := range map[string]error{
		`no tensor "b"`:                       second(f.Bytes("b", F32)),
		`tensor "a" is F32, want U8`:          second(f.Bytes("a", U8)),
		`tensor "a" has shape [2], want [3]`:  second(f.Bytes("a", F32, 3)),
		`tensor "a" has shape [2], want [2 1`: second(f.Bytes("a", F32, 2, 1)),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func second(_ []byte, err error) error { return err }

// FuzzRead checks the reader's promise: whatever it accepts tiles the file.
func FuzzRead(f *testing.F) {
	reference, err := os.ReadFile("testdata/reference.safetensors")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(reference)
	f.Add(file(`{`+tensorA+`}`, 8))
	f.Add(file(`{"__metadata__":{"sha256":"`+zeroDigest+`"},`+tensorA+`}`, 8))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := read(b)
		if err != nil {
			return
		}
		next := int64(8) + int64(binary.LittleEndian.Uint64(b))
		names := map[string]bool{}
		for _, info := range file.Tensors {
			if info.Offset != next || names[info.Name] {
				t.Fatalf("tensor %+v does not follow offset %d", info, next)
			}
			next += info.Size
			names[info.Name] = true
			if data, err := file.Bytes(info.Name, info.DType, info.Shape...); err != nil || int64(len(data)) != info.Size {
				t.Fatalf("tensor %+v: %d bytes, %v", info, len(data), err)
			}
		}
		if next != int64(len(b)) {
			t.Fatalf("tensors end at %d of %d", next, len(b))
		}
		_ = file.Verify()
	})
}

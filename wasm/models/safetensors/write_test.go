package safetensors

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

func sample() (map[string]string, []Tensor) {
	return map[string]string{"format": "test", "a card": `{"name":"<x> & \"y\""}`}, []Tensor{
		{"program.encode", U8, []int64{4}, []byte{1, 2, 3, 4}},
		{"w", F32, []int64{1, 2}, []byte("abcdefgh")},
		{"none", F32, []int64{0, 3}, nil},
		{"scalar", F16, nil, []byte("ij")},
	}
}

func written(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	metadata, tensors := sample()
	if err := Write(&b, metadata, tensors); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWriteRead(t *testing.T) {
	b := written(t)
	if !bytes.Equal(b, written(t)) {
		t.Error("two writes differ")
	}
	f, err := read(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Verify(); err != nil {
		t.Error(err)
	}
	metadata, tensors := sample()
	delete(f.Metadata, DigestKey)
	if !reflect.DeepEqual(f.Metadata, metadata) {
		t.Errorf("metadata %v, want %v", f.Metadata, metadata)
	}
	for i, want := range tensors {
		got := f.Tensors[i]
		data, err := f.Bytes(want.Name, want.DType)
		if err != nil || got.Name != want.Name || !bytes.Equal(data, want.Data) || len(got.Shape) != len(want.Shape) {
			t.Errorf("tensor %d: %+v %q %v, want %+v", i, got, data, err, want)
		}
		if got.Offset%int64(got.DType.Size()) != 0 {
			t.Errorf("tensor %q lies at %d", got.Name, got.Offset)
		}
	}
	if f.Tensors[0].Offset%8 != 0 {
		t.Errorf("data begins at %d", f.Tensors[0].Offset)
	}
}

// The digest as any other tool would find it: by its text, without our reader.
func TestDigestRule(t *testing.T) {
	b := written(t)
	at := regexp.MustCompile(`"sha256":"([0-9a-f]{64})"`).FindSubmatchIndex(b)
	if at == nil {
		t.Fatal("no digest in the header")
	}
	digest := string(b[at[2]:at[3]])
	copy(b[at[2]:at[3]], strings.Repeat("0", 64))
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != digest {
		t.Errorf("digest %s, want %x", digest, sum)
	}
}

// Every single flipped bit is seen, by the reader or by the digest.
func TestVerifySeesEveryBit(t *testing.T) {
	b := written(t)
	for i := range b {
		for bit := range 8 {
			b[i] ^= 1 << bit
			if f, err := read(b); err == nil && f.Verify() == nil {
				t.Errorf("bit %d of byte %d flipped without notice", bit, i)
			}
			b[i] ^= 1 << bit
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	one := func(t Tensor) []Tensor { return []Tensor{t} }
	cases := []struct {
		name     string
		metadata map[string]string
		tensors  []Tensor
		want     string
	}{
		{"own digest", map[string]string{DigestKey: "x"}, nil, "set by the writer"},
		{"zeros", map[string]string{"x": zeroDigest}, nil, "another string"},
		{"metadata not UTF-8", map[string]string{"x": "\xff"}, nil, "not UTF-8"},
		{"twice", nil, []Tensor{{"a", U8, nil, []byte{0}}, {"a", U8, nil, []byte{0}}}, `"a" stands twice`},
		{"reserved", nil, one(Tensor{metadataKey, U8, nil, []byte{0}}), "reserved"},
		{"name not UTF-8", nil, one(Tensor{"\xff", U8, nil, []byte{0}}), "not UTF-8"},
		{"size", nil, one(Tensor{"a", F32, []int64{2}, []byte{0}}), `tensor "a" has 1 bytes, F32 [2] needs 8`},
		{"dtype", nil, one(Tensor{"a", "Q8", []int64{2}, []byte{0, 0}}), "unknown dtype"},
		{"negative", nil, one(Tensor{"a", U8, []int64{-1}, nil}), "negative"},
		{"rank", nil, one(Tensor{"a", U8, make([]int64, 17), nil}), "17 dimensions"},
		{"alignment", nil, []Tensor{{"a", U8, nil, []byte{0}}, {"b", F16, nil, []byte{0, 0}}}, `tensor "b" of F16 would lie at offset 1`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := Write(&bytes.Buffer{}, c.metadata, c.tensors)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// limited fails once it has taken n bytes.
type limited struct{ n int }

var errFull = errors.New("disk full")

func (w *limited) Write(p []byte) (int, error) {
	if w.n -= len(p); w.n < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriteReportsWriter(t *testing.T) {
	metadata, tensors := sample()
	for _, n := range []int{0, len(written(t)) - 1} {
		if err := Write(&limited{n}, metadata, tensors); !errors.Is(err, errFull) {
			t.Errorf("writer of %d bytes: %v", n, err)
		}
	}
}

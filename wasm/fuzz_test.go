//go:build !js

package wasm_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/fovea-run/fovea/wasm"
	"github.com/fovea-run/fovea/wasm/models/safetensors"
)

// FuzzLoad overwrites parts of a model file and mends its digest, so that the
// change gets past it. The file is refused with an error of ours, or every
// program runs or fails with one: no panic, no trap.
func FuzzLoad(f *testing.F) {
	whole := newTestFile(f).bytes(f)
	for _, at := range []int{0, 9, 60, 400, 1000, 1100, 1500, 2000, 3000, 5000} {
		f.Add(uint32(at), []byte{0xFF, 0xFF, 0xFF, 0xFF})
		f.Add(uint32(at), []byte{1})
	}
	rt := open(f, wasm.Options{Engine: "native", MaxMemory: 1 << 24})
	f.Fuzz(func(t *testing.T, at uint32, patch []byte) {
		file := bytes.Clone(whole)
		copy(file[int(at)%len(file):], patch)
		m, err := load(rt, mendDigest(file))
		if err != nil {
			ours(t, err)
			return
		}
		defer m.Close()
		s := session(t, m, nil)
		_, err = s.Run(background, "embed", texts(sampleTexts...))
		ours(t, err)
		_, err = s.Run(background, "score", wasm.Tensors{"query": wasm.F32(make([]float32, 7), 1, 7), "keys": wasm.F32(make([]float32, 7), 1, 7)})
		ours(t, err)
		_, err = m.Tokenize(background, "light is a wave \u00e9")
		ours(t, err)
	})
}

// mendDigest puts the right digest into a file, if it still has one.
func mendDigest(file []byte) []byte {
	f, err := safetensors.Read(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return file
	}
	old := []byte(f.Metadata[safetensors.DigestKey])
	if len(old) != 64 || bytes.Count(file, old) != 1 {
		return file
	}
	zeroed := bytes.Replace(file, old, bytes.Repeat([]byte{'0'}, 64), 1)
	sum := sha256.Sum256(zeroed)
	return bytes.Replace(file, old, []byte(hex.EncodeToString(sum[:])), 1)
}

package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestTablesAreCurrent(t *testing.T) {
	want, err := os.ReadFile("../../nfkc.bin")
	if err != nil {
		t.Fatal(err)
	}
	if v := int(binary.LittleEndian.Uint32(want)); v != unicodeVersion() {
		t.Skipf("nfkc.bin is of Unicode %d.%d.%d, this Go's golang.org/x/text of %s", v>>16, v>>8&255, v&255, norm.Version)
	}
	if !bytes.Equal(tables(), want) {
		t.Error("nfkc.bin is not what nfkcgen writes: run go generate ./wasm/models/unigram")
	}
}

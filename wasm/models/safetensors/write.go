package safetensors

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"unicode/utf8"
)

// Tensor is a tensor to be written; Data holds its elements in little endian.
type Tensor struct {
	Name  string
	DType DType
	Shape []int64
	Data  []byte
}

// Write writes the tensors in the given order with the metadata and a digest
// under [DigestKey]. The same arguments give the same bytes. Each tensor must
// lie at a multiple of its element's size, which tools that map a file need; the
// header is padded with blanks so that the data begins at a multiple of 8.
func Write(w io.Writer, metadata map[string]string, tensors []Tensor) error {
	header, err := makeHeader(metadata, tensors)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	h := sha256.New()
	h.Write(header)
	for _, t := range tensors {
		h.Write(t.Data)
	}
	zeros := []byte(`"` + zeroDigest + `"`)
	if bytes.Count(header, zeros) != 1 {
		return fmt.Errorf("safetensors: the header holds another string of %d zeros", digestLen)
	}
	header = bytes.Replace(header, zeros, []byte(`"`+digits(h)+`"`), 1)
	if _, err := w.Write(header); err != nil {
		return fmt.Errorf("safetensors: header: %w", err)
	}
	for _, t := range tensors {
		if _, err := w.Write(t.Data); err != nil {
			return fmt.Errorf("safetensors: tensor %q: %w", t.Name, err)
		}
	}
	return nil
}

// makeHeader gives the length word and the padded JSON with a zero digest.
func makeHeader(metadata map[string]string, tensors []Tensor) ([]byte, error) {
	if _, ok := metadata[DigestKey]; ok {
		return nil, fmt.Errorf("metadata %q is set by the writer", DigestKey)
	}
	b := bytes.NewBuffer(make([]byte, 8))
	b.WriteString(`{"` + metadataKey + `":{`)
	for _, key := range slices.Sorted(maps.Keys(metadata)) {
		if err := writeStrings(b, key, ":", metadata[key], ","); err != nil {
			return nil, err
		}
	}
	if err := writeStrings(b, DigestKey, ":", zeroDigest, "}"); err != nil {
		return nil, err
	}
	if err := writeTensors(b, tensors); err != nil {
		return nil, err
	}
	b.WriteString("}")
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	if b.Len()-8 > maxHeader {
		return nil, fmt.Errorf("header of %d bytes is over the limit of %d", b.Len()-8, maxHeader)
	}
	binary.LittleEndian.PutUint64(b.Bytes(), uint64(b.Len()-8))
	return b.Bytes(), nil
}

func writeTensors(b *bytes.Buffer, tensors []Tensor) error {
	offset := int64(0)
	seen := map[string]bool{metadataKey: true}
	for _, t := range tensors {
		if seen[t.Name] {
			return fmt.Errorf("tensor %q stands twice or has a reserved name", t.Name)
		}
		seen[t.Name] = true
		size, err := byteLen(t.DType, t.Shape)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", t.Name, err)
		}
		if size != int64(len(t.Data)) {
			return fmt.Errorf("tensor %q has %d bytes, %s %v needs %d", t.Name, len(t.Data), t.DType, t.Shape, size)
		}
		if offset%int64(t.DType.Size()) != 0 {
			return fmt.Errorf("tensor %q of %s would lie at offset %d", t.Name, t.DType, offset)
		}
		entry, err := json.Marshal(struct {
			DType   DType    `json:"dtype"`
			Shape   []int64  `json:"shape"`
			Offsets [2]int64 `json:"data_offsets"`
		}{t.DType, append([]int64{}, t.Shape...), [2]int64{offset, offset + size}})
		if err != nil {
			return fmt.Errorf("tensor %q: %w", t.Name, err)
		}
		b.WriteByte(',')
		if err := writeStrings(b, t.Name, ":"); err != nil {
			return err
		}
		b.Write(entry)
		offset += size
	}
	return nil
}

// writeStrings writes JSON strings and, as every second part, plain separators.
func writeStrings(b *bytes.Buffer, parts ...string) error {
	for i, s := range parts {
		if i%2 == 1 {
			b.WriteString(s)
			continue
		}
		if !utf8.ValidString(s) {
			return fmt.Errorf("%q is not UTF-8", s)
		}
		quoted, err := json.Marshal(s)
		if err != nil {
			return err
		}
		b.Write(quoted)
	}
	return nil
}

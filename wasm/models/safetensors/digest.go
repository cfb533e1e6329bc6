package safetensors

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
)

// DigestKey is the metadata key of the file's digest: the hexadecimal SHA-256
// of the whole file in which the digest's own 64 digits read as '0'. The digits
// must occur once in the header, which is how a reader finds them without
// keeping positions of the JSON.
const DigestKey = "sha256"

const digestLen = 2 * sha256.Size

// Verify reads the whole file and compares it with its digest. It fails when
// the file has none.
func (f *File) Verify() error {
	want, ok := f.Metadata[DigestKey]
	if !ok {
		return fmt.Errorf("safetensors: metadata has no %q", DigestKey)
	}
	blank, err := blankDigest(f.header, want)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	h := sha256.New()
	var length [8]byte
	if err := readFull(f.r, length[:], 0); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	h.Write(length[:])
	h.Write(blank)
	base := 8 + int64(len(f.header))
	n, err := io.Copy(h, io.NewSectionReader(f.r, base, f.size-base))
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	if n != f.size-base {
		return fmt.Errorf("safetensors: %d of %d bytes of data could be read", n, f.size-base)
	}
	if got := digits(h); got != want {
		return fmt.Errorf("safetensors: the file's SHA-256 is %s, its header says %s (damaged?)", got, want)
	}
	return nil
}

func digits(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// blankDigest copies header with the digest's digits replaced by '0'.
func blankDigest(header []byte, digest string) ([]byte, error) {
	if len(digest) != digestLen {
		return nil, fmt.Errorf("metadata %q has %d digits, want %d", DigestKey, len(digest), digestLen)
	}
	quoted := []byte(`"` + digest + `"`)
	if n := bytes.Count(header, quoted); n != 1 {
		return nil, fmt.Errorf("metadata %q stands %d times in the header, want once", DigestKey, n)
	}
	return bytes.Replace(header, quoted, []byte(`"`+zeroDigest+`"`), 1), nil
}

const zeroDigest = "0000000000000000000000000000000000000000000000000000000000000000"

package safetensors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
)

// headerParser walks the header token by token: decoding into a map would hide
// duplicate names, unknown fields and the tensors' order.
type headerParser struct{ *json.Decoder }

func parseHeader(header []byte) (map[string]string, []Info, error) {
	d := headerParser{json.NewDecoder(bytes.NewReader(header))}
	d.UseNumber()
	var metadata map[string]string
	var tensors []Info
	seen := map[string]bool{}
	err := d.object(func(name string) (err error) {
		if seen[name] {
			return fmt.Errorf("%q stands twice", name)
		}
		seen[name] = true
		if name == metadataKey {
			metadata, err = d.metadata()
			return err
		}
		t, err := d.tensor(name)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		tensors = append(tensors, t)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, nil, fmt.Errorf("more than one JSON value")
	}
	return metadata, tensors, nil
}

// delim reads one token that must be the delimiter want.
func (d headerParser) delim(want json.Delim) error {
	t, err := d.Token()
	if err != nil {
		return jsonError(err)
	}
	if t != want {
		return fmt.Errorf("%v where %v was expected", t, want)
	}
	return nil
}

// jsonError says in words what the decoder reports as the end of its input.
func jsonError(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("JSON ends early")
	}
	return err
}

// object reads an object and calls field at each of its keys' values.
func (d headerParser) object(field func(key string) error) error {
	if err := d.delim('{'); err != nil {
		return err
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return jsonError(err)
		}
		key, ok := t.(string)
		if !ok {
			return fmt.Errorf("%v where a name was expected", t)
		}
		if err := field(key); err != nil {
			return err
		}
	}
	return d.delim('}')
}

func (d headerParser) metadata() (map[string]string, error) {
	m := map[string]string{}
	err := d.object(func(key string) error {
		if _, ok := m[key]; ok {
			return fmt.Errorf("metadata %q stands twice", key)
		}
		s, err := d.str("metadata " + strconv.Quote(key))
		m[key] = s
		return err
	})
	return m, err
}

func (d headerParser) str(what string) (string, error) {
	t, err := d.Token()
	if err != nil {
		return "", jsonError(err)
	}
	s, ok := t.(string)
	if !ok {
		return "", fmt.Errorf("%s is no string", what)
	}
	return s, nil
}

// tensor reads one tensor's entry. Offset and the end's distance are taken from
// data_offsets and are still relative to the data's start.
func (d headerParser) tensor(name string) (Info, error) {
	t := Info{Name: name}
	var offsets []int64
	seen := map[string]bool{}
	err := d.object(func(key string) (err error) {
		if seen[key] {
			return fmt.Errorf("field %q stands twice", key)
		}
		seen[key] = true
		switch key {
		case "dtype":
			var s string
			s, err = d.str("dtype")
			t.DType = DType(s)
		case "shape":
			t.Shape, err = d.ints("shape", maxRank)
		case "data_offsets":
			offsets, err = d.ints("data_offsets", 2)
		default:
			err = fmt.Errorf("unknown field %q", key)
		}
		return err
	})
	if err != nil {
		return t, err
	}
	for _, key := range []string{"dtype", "shape", "data_offsets"} {
		if !seen[key] {
			return t, fmt.Errorf("field %q is missing", key)
		}
	}
	return t, t.setRange(offsets)
}

// setRange checks data_offsets against dtype and shape.
func (t *Info) setRange(offsets []int64) error {
	if len(offsets) != 2 || offsets[0] > offsets[1] {
		return fmt.Errorf("data_offsets %v are no range", offsets)
	}
	want, err := byteLen(t.DType, t.Shape)
	if err != nil {
		return err
	}
	t.Offset, t.Size = offsets[0], offsets[1]-offsets[0]
	if t.Size != want {
		return fmt.Errorf("data_offsets %v hold %d bytes, %s %v needs %d", offsets, t.Size, t.DType, t.Shape, want)
	}
	return nil
}

// ints reads an array of at most limit non-negative integers.
func (d headerParser) ints(what string, limit int) ([]int64, error) {
	if err := d.delim('['); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	values := []int64{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, jsonError(err)
		}
		number, ok := t.(json.Number)
		if !ok {
			return nil, fmt.Errorf("%s: %v is no number", what, t)
		}
		v, err := strconv.ParseInt(number.String(), 10, 64)
		if err != nil || v < 0 {
			return nil, fmt.Errorf("%s: %s is no length", what, number)
		}
		if len(values) == limit {
			return nil, fmt.Errorf("%s: more than %d values", what, limit)
		}
		values = append(values, v)
	}
	return values, d.delim(']')
}

// Package onnx reads node tests of the ONNX backend suite and asks the same of Fovea's operations.
package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"

	"google.golang.org/protobuf/encoding/protowire"
)

// A Node is the one node of a test's model.
type Node struct {
	Op              string
	Inputs, Outputs []string // names; "" for one that is left out
	Ints            map[string]int64
	Floats          map[string]float64
	Strings         map[string]string
}

// Int returns an integer attribute, or its default.
func (n Node) Int(name string, other int64) int64 {
	if v, ok := n.Ints[name]; ok {
		return v
	}
	return other
}

// Float returns a number, or its default.
func (n Node) Float(name string, other float64) float64 {
	if v, ok := n.Floats[name]; ok {
		return v
	}
	return other
}

// Element types of ONNX tensors.
const (
	typeFloat   = 1
	typeInt32   = 6
	typeInt64   = 7
	typeBool    = 9
	typeFloat16 = 10
)

// A Tensor is a value of a test: its elements as numbers, whatever their type.
type Tensor struct {
	Name  string
	Type  uint64
	Shape []int
	V     []float64
}

// fields calls f with each field of a message; n is the value of a varint, fixed32 or fixed64, b that of the others.
func fields(msg []byte, f func(num protowire.Number, n uint64, b []byte) error) error {
	for len(msg) > 0 {
		num, typ, size := protowire.ConsumeTag(msg)
		if size < 0 {
			return protowire.ParseError(size)
		}
		msg = msg[size:]
		var n uint64
		var b []byte
		switch typ {
		case protowire.VarintType:
			n, size = protowire.ConsumeVarint(msg)
		case protowire.Fixed32Type:
			var v uint32
			v, size = protowire.ConsumeFixed32(msg)
			n = uint64(v)
		case protowire.Fixed64Type:
			n, size = protowire.ConsumeFixed64(msg)
		case protowire.BytesType:
			b, size = protowire.ConsumeBytes(msg)
		default:
			return fmt.Errorf("field %d has type %d", num, typ)
		}
		if size < 0 {
			return protowire.ParseError(size)
		}
		if err := f(num, n, b); err != nil {
			return err
		}
		msg = msg[size:]
	}
	return nil
}

// readNode reads the one node of a ModelProto.
func readNode(path string) (node Node, err error) {
	model, err := os.ReadFile(path)
	if err != nil {
		return node, err
	}
	var nodes [][]byte
	err = fields(model, func(num protowire.Number, _ uint64, b []byte) error {
		if num != 7 { // graph
			return nil
		}
		return fields(b, func(num protowire.Number, _ uint64, b []byte) error {
			if num == 1 {
				nodes = append(nodes, b)
			}
			return nil
		})
	})
	if err != nil {
		return node, err
	}
	if len(nodes) != 1 {
		return node, fmt.Errorf("%s: %d nodes, want 1", path, len(nodes))
	}
	node = Node{Ints: map[string]int64{}, Floats: map[string]float64{}, Strings: map[string]string{}}
	return node, fields(nodes[0], func(num protowire.Number, _ uint64, b []byte) error {
		switch num {
		case 1:
			node.Inputs = append(node.Inputs, string(b))
		case 2:
			node.Outputs = append(node.Outputs, string(b))
		case 4:
			node.Op = string(b)
		case 5:
			return node.attribute(b)
		}
		return nil
	})
}

// attribute reads an AttributeProto.
func (n *Node) attribute(b []byte) error {
	var name string
	return fields(b, func(num protowire.Number, v uint64, b []byte) error {
		switch num {
		case 1:
			name = string(b)
		case 2:
			n.Floats[name] = float64(math.Float32frombits(uint32(v)))
		case 3:
			n.Ints[name] = int64(v)
		case 4:
			n.Strings[name] = string(b)
		}
		return nil
	})
}

// readTensor reads a TensorProto, whose elements are in raw_data.
func readTensor(path string) (t Tensor, err error) {
	msg, err := os.ReadFile(path)
	if err != nil {
		return t, err
	}
	t.Shape = []int{}
	var raw []byte
	err = fields(msg, func(num protowire.Number, n uint64, b []byte) error {
		switch num {
		case 1:
			return t.dims(n, b)
		case 2:
			t.Type = n
		case 8:
			t.Name = string(b)
		case 9:
			raw = b
		case 4, 5, 7, 10, 11:
			return errors.New("elements outside of raw_data")
		}
		return nil
	})
	if err == nil {
		err = t.elements(raw)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return t, err
}

// dims reads a dimension, or several that are packed.
func (t *Tensor) dims(n uint64, packed []byte) error {
	if packed == nil {
		t.Shape = append(t.Shape, int(n))
		return nil
	}
	for len(packed) > 0 {
		n, size := protowire.ConsumeVarint(packed)
		if size < 0 {
			return protowire.ParseError(size)
		}
		t.Shape = append(t.Shape, int(n))
		packed = packed[size:]
	}
	return nil
}

func (t *Tensor) elements(raw []byte) error {
	read := map[uint64]struct {
		size int
		at   func(b []byte) float64
	}{
		typeFloat:   {4, func(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) }},
		typeFloat16: {2, func(b []byte) float64 { return half(binary.LittleEndian.Uint16(b)) }},
		typeInt32:   {4, func(b []byte) float64 { return float64(int32(binary.LittleEndian.Uint32(b))) }},
		typeInt64:   {8, func(b []byte) float64 { return float64(int64(binary.LittleEndian.Uint64(b))) }},
		typeBool:    {1, func(b []byte) float64 { return float64(b[0]) }},
	}[t.Type]
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	if read.size == 0 || len(raw) != n*read.size {
		return fmt.Errorf("type %d, %d bytes for %d elements", t.Type, len(raw), n)
	}
	t.V = make([]float64, n)
	for i := range t.V {
		t.V[i] = read.at(raw[i*read.size:])
	}
	return nil
}

// half returns the float16 of those bits.
func half(bits uint16) float64 {
	sign, exp, frac := 1.0, int(bits>>10&31), float64(bits&1023)
	if bits>>15 != 0 {
		sign = -1
	}
	switch {
	case exp == 31 && frac != 0:
		return math.NaN()
	case exp == 31:
		return math.Inf(int(sign))
	case exp == 0:
		return sign * math.Ldexp(frac, -24)
	}
	return sign * math.Ldexp(1024+frac, exp-25)
}

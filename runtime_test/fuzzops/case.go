// Package fuzzops asks the operations of the table for what must never happen. It makes valid and damaged single operations and
// programs, of every operation, with extremes of every extent and attribute, and runs each natively and under wazero, twice, with
// all memory around the tensors poisoned. An answer is an error record, or a result that does not depend on the poison, with
// nothing else written; and both engines give the same one.
package fuzzops

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"math/rand/v2"

	"github.com/fovea-run/fovea/wasm/program"
)

// A Case is a call of the export op, or a program to be loaded, then bound and run.
type Case struct {
	Seed   uint64              `json:"seed"`
	Number uint64              `json:"case"`
	Op     string              `json:"op"` // the operation, of a program the last one
	Inputs []*Input            `json:"inputs,omitempty"`
	Attrs  []program.AttrValue `json:"attrs,omitempty"`
	// The arguments of the export op.
	Code    uint32 `json:"code,omitempty"`
	Args    int    `json:"args,omitempty"` // inputs that it is told of
	AttrsN  int    `json:"attrsN,omitempty"`
	Outputs uint32 `json:"outputs,omitempty"`

	Program []byte   `json:"program,omitempty"`
	Text    string   `json:"text,omitempty"` // of the program before it was damaged
	Dims    []uint32 `json:"dims,omitempty"`
	Weights []Weight `json:"weights,omitempty"`
}

// An Input is a tensor: what its elements are is drawn from Seed.
type Input struct {
	DType program.DType `json:"dtype"`
	Shape []uint32      `json:"shape"`
	Seed  uint64        `json:"seed"`
	Low   int32         `json:"low,omitempty"` // bounds of i32
	High  int32         `json:"high,omitempty"`
	Odd   bool          `json:"odd,omitempty"` // a few elements are NaN, infinite or out of their bounds
}

// A Weight is a tensor of a model file.
type Weight struct {
	Name  string        `json:"name"`
	DType program.DType `json:"dtype"` // of the file
	Bytes uint32        `json:"bytes"`
	Seed  uint64        `json:"seed"`
}

func (c *Case) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// extremes are extents and integers near which something may wrap.
var extremes = []uint32{
	0, 1, 2, 3, 7, 31, 32, 33, 63, 64, 65, 127, 128, 129, 641, 4095, 4096, 4097, 65535, 65536, 65537, 2000000, 6700417,
	1<<28 - 1, 1 << 28, 1<<29 + 1, 1 << 30, 1<<30 + 1, 1431655766, 1<<31 - 2, 1<<31 - 1, 1 << 31, 1<<31 + 1, 1<<32 - 2, 1<<32 - 1,
}

// wraps are pairs whose product is just over 2³², or 2³² itself.
var wraps = [][2]uint32{
	{65536, 65536}, {65537, 65537}, {65535, 65538}, {6700417, 641}, {641, 6700417}, {1 << 17, 1 << 15}, {1 << 15, 1 << 17},
	{1 << 20, 1 << 12}, {4096, 1 << 20}, {65536, 16384}, {32768, 32769}, {3, 1431655766}, {1 << 31, 2}, {2, 1 << 31},
}

var oddFloats = []float32{
	float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.Copysign(0, -1)), 0, 1e-45, -1e-40,
	math.MaxFloat32, -math.MaxFloat32, 1e30, -1e30, 1e-30,
}

// fill writes the elements to b, whose length need not be that of the shape.
func (in *Input) fill(b []byte) {
	r := rand.New(rand.NewPCG(in.Seed, 2))
	switch in.DType {
	case program.F32:
		for ; len(b) >= 4; b = b[4:] {
			v := float32(r.Int32N(4096)-2048) / 1024
			if in.Odd && r.IntN(8) == 0 {
				v = pick(r, oddFloats)
			}
			binary.LittleEndian.PutUint32(b, math.Float32bits(v))
		}
	case program.I32:
		for ; len(b) >= 4; b = b[4:] {
			v := in.Low
			if in.High > in.Low {
				v += int32(r.Int64N(int64(in.High) - int64(in.Low) + 1))
			}
			if in.Odd && r.IntN(8) == 0 {
				v = pick(r, []int32{in.Low - 1, in.High + 1, math.MaxInt32, math.MinInt32, -1, 65536})
			}
			binary.LittleEndian.PutUint32(b, uint32(v))
		}
	case program.F16:
		for ; len(b) >= 2; b = b[2:] {
			v := 0x2C00 + uint16(r.Uint32N(0x1400)) | uint16(r.Uint32N(2))<<15
			if in.Odd && r.IntN(8) == 0 {
				v = pick(r, []uint16{0, 0x8000, 1, 0x7BFF, 0x7C00, 0xFC00, 0x7E00})
			}
			binary.LittleEndian.PutUint16(b, v)
		}
	default:
		for i := range b {
			b[i] = byte(r.Uint32N(256)) >> (r.Uint32N(2) * 7)
		}
	}
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

package view

import (
	"image/color"

	"github.com/fovea-run/fovea/demo/lens/paint"
)

// A Theme is the colours of a view. They are those of the demo's page.
type Theme struct {
	Ground, Paper, Ink, Soft, Faint, Line, Accent, Warm color.NRGBA
	// Ramp is the scale of weights, from the paper's colour on.
	Ramp *paint.Ramp
}

var (
	Light = &Theme{
		Ground: paint.Hex(0xf6f3ec), Paper: paint.Hex(0xfffdf8), Ink: paint.Hex(0x26231e), Soft: paint.Hex(0x655e52),
		Faint: paint.Hex(0x736b5e), Line: paint.Hex(0xe2dccf), Accent: paint.Hex(0x1f5566), Warm: paint.Hex(0x8a2f12),
		Ramp: paint.NewRamp(paint.Hex(0xfffdf8), paint.Hex(0xf3dc8f), paint.Hex(0x7dbb9c), paint.Hex(0x2b7f90), paint.Hex(0x123349)),
	}
	Dark = &Theme{
		Ground: paint.Hex(0x14171a), Paper: paint.Hex(0x1b1f23), Ink: paint.Hex(0xe5e0d5), Soft: paint.Hex(0xa9a294),
		Faint: paint.Hex(0x938c80), Line: paint.Hex(0x30363b), Accent: paint.Hex(0x8cc6d4), Warm: paint.Hex(0xf2a58a),
		Ramp: paint.NewRamp(paint.Hex(0x1b1f23), paint.Hex(0x1d4a5c), paint.Hex(0x3a8d8f), paint.Hex(0xb9c978), paint.Hex(0xfff3c4)),
	}
)

// Measures of text and space, in device-independent pixels.
const (
	title   = 20.0
	body    = 15.0
	small   = 13.0
	tiny    = 12.0
	finger  = 44.0  // the least side of what is touched
	compact = 760.0 // narrower views show one panel at a time
)

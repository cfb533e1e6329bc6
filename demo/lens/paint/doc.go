// Package paint turns shapes, text and heat maps into triangles. It knows no
// graphics library: a [List] is vertices over textures, which any can draw, so
// that the same picture comes out of each and tests can look at it without one.
//
// Lengths are in device-independent pixels, as CSS has them, with y downwards.
package paint

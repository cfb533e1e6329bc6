//go:build !train

package simd128

// Training reports whether this is a build with the operations that only
// training needs. It is a constant, so that they cost other builds nothing;
// natively the build tag "train" sets it.
const Training = false

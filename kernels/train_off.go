//go:build !train

package kernels

// maxLevel is the highest operation level of this module: 0, inference, or
// 1, training. It is a constant, so that what only training needs costs an
// inference module nothing; natively the build tag "train" sets it.
const maxLevel = 0

//go:build threads

package simd128

// Threads reports whether this is a build for several threads, whose memory
// is imported and shared. It is a constant, so that what only threads need
// costs other builds nothing; natively the build tag "threads" sets it.
const Threads = true

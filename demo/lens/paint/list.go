package paint

import "image"

// A Vertex is a corner of a triangle: its place in device pixels, that in the
// texture's, and a colour with premultiplied alpha that the texture is
// multiplied with.
type Vertex struct{ X, Y, U, V, R, G, B, A float32 }

// A Batch is triangles over one texture within a part of the picture.
type Batch struct {
	Clip     image.Rectangle // in device pixels
	Texture  *Texture
	Vertices []Vertex
	Indices  []uint32 // three a triangle
}

// A List is a picture: its batches, from back to front.
type List []Batch

// A Texture is an image with premultiplied alpha, drawn without smoothing. Its
// pixels may change between pictures, and then its Version does.
type Texture struct {
	*image.RGBA
	Version int
}

// NewTexture returns a clear texture of w × h pixels.
func NewTexture(w, h int) *Texture {
	return &Texture{RGBA: image.NewRGBA(image.Rect(0, 0, w, h))}
}

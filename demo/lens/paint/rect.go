package paint

import "math"

// A Point is a place in device-independent pixels.
type Point struct{ X, Y float64 }

// A Rect is a part of the picture in device-independent pixels.
type Rect struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
	W float64 `json:"w"`
	H float64 `json:"h"`
}

// Contains reports whether p is in r.
func (r Rect) Contains(p Point) bool {
	return p.X >= r.X && p.X < r.X+r.W && p.Y >= r.Y && p.Y < r.Y+r.H
}

// Inset is r without a rim of x on the left and right and y above and below.
func (r Rect) Inset(x, y float64) Rect {
	return Rect{r.X + x, r.Y + y, math.Max(r.W-2*x, 0), math.Max(r.H-2*y, 0)}
}

// Centre is the middle of r.
func (r Rect) Centre() Point { return Point{r.X + r.W/2, r.Y + r.H/2} }

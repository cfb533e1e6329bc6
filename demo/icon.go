package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
)

// The rings of web/icon.svg, in its 32 units: each is a disc of its colour,
// the outermost first.
var rings = []struct {
	radius float64
	color  color.NRGBA
}{
	{15, color.NRGBA{0x1d, 0x3a, 0x4a, 0xff}},
	{10.3, color.NRGBA{0x8f, 0xb7, 0xc4, 0xff}},
	{8.7, color.NRGBA{0x1d, 0x3a, 0x4a, 0xff}},
	{4, color.NRGBA{0xff, 0xc9, 0x4d, 0xff}},
}

// addIcons draws the icons of web/manifest.webmanifest, and the one that iOS
// looks for.
func (s site) addIcons() error {
	for _, icon := range []struct {
		path     string
		size     int
		maskable bool
	}{
		{"/icon-192.png", 192, false},
		{"/icon-512.png", 512, false},
		{"/icon-maskable.png", 512, true},
		{"/apple-touch-icon.png", 180, true},
	} {
		data, err := drawIcon(icon.size, icon.maskable)
		if err != nil {
			return err
		}
		s.add(icon.path, data)
	}
	return nil
}

// drawIcon returns the icon as a PNG of size×size pixels. A maskable one
// fills the square, and its rings lie in the circle of 80 % that no phone cuts
// off.
func drawIcon(size int, maskable bool) ([]byte, error) {
	unit := float64(size) / 32
	if maskable {
		unit *= .8
	}
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			img.SetNRGBA(x, y, iconColor(math.Hypot(float64(x)+.5-float64(size)/2, float64(y)+.5-float64(size)/2), unit, maskable))
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}

// iconColor returns the colour at a distance from the middle, both in pixels.
// Edges are smoothed over one pixel.
func iconColor(distance, unit float64, maskable bool) color.NRGBA {
	c := rings[0].color
	if !maskable {
		c.A = 0
	}
	for _, r := range rings {
		share := min(max(r.radius*unit-distance+.5, 0), 1)
		if c.A == 0 {
			c = color.NRGBA{r.color.R, r.color.G, r.color.B, uint8(math.Round(255 * share))}
			continue
		}
		c = color.NRGBA{blend(c.R, r.color.R, share), blend(c.G, r.color.G, share), blend(c.B, r.color.B, share), c.A}
	}
	return c
}

func blend(a, b uint8, share float64) uint8 {
	return uint8(math.Round(float64(a) + (float64(b)-float64(a))*share))
}

package view

import "testing"

// BenchmarkDraw draws a head of 128 tokens up close.
func BenchmarkDraw(b *testing.B) {
	v := shown(reading(128, 2, 4), 1280, 800, 2)
	v.open(0)
	v.Draw()
	for b.Loop() {
		v.Draw()
	}
}

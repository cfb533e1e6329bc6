//go:build relaxed

package variants

func name(x, y string) {}

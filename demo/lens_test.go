package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestParseLens(t *testing.T) {
	for _, c := range []struct {
		args        []string
		text, file  string
		shown, fail string
	}{
		{args: nil, text: lensText},
		{args: []string{"-text", ""}},
		{args: []string{"-text", "light", "-theme", "dark"}, text: "light", shown: "-theme dark"},
		{args: []string{"-scale", "2", "-"}, file: "-", shown: "-scale 2"},
		{args: []string{"a", "b"}, fail: "one file at a time"},
		{args: []string{"-text", "light", "a"}, fail: "either -text or a file"},
		{args: []string{"-what"}, fail: "not defined"},
	} {
		var out bytes.Buffer
		o, err := parseLens(c.args, &out)
		if c.fail != "" {
			if err == nil || !strings.Contains(err.Error(), c.fail) {
				t.Errorf("%q: %v, want an error with %q", c.args, err, c.fail)
			}
			continue
		}
		if err != nil || o.text != c.text || o.file != c.file || strings.Join(o.shown, " ") != c.shown {
			t.Errorf("%q: %+v, %v", c.args, o, err)
		}
	}
}

// TestCheckWindow asks for the packages that a machine lacks by their names.
func TestCheckWindow(t *testing.T) {
	for _, c := range []struct {
		goos, display, libraries, want string
	}{
		{"darwin", "", "", ""},
		{"windows", "", "", ""},
		{"linux", ":0", "libX11.so.6 libGL.so.1", ""},
		{"linux", ":0", "libX11.so.6 libGLESv2.so.2 libEGL.so.1", ""},
		{"linux", "", "libX11.so.6 libGL.so.1", "DISPLAY is not set"},
		{"linux", ":0", "libX11.so.6", "sudo apt-get install libgl1 libgl1-mesa-dri"},
		{"linux", ":0", "libX11.so.6 libGL.so.1 libGLESv2.so.2", "sudo apt-get install libegl1"},
		{"linux", "", "libGL.so.1", "sudo apt-get install libx11-6"},
		{"linux", "", "", "sudo apt-get install libx11-6 libgl1 libgl1-mesa-dri"},
	} {
		getenv := func(name string) string { return map[string]string{"DISPLAY": c.display}[name] }
		err := checkWindow(c.goos, getenv, func(name string) bool { return slices.Contains(strings.Fields(c.libraries), name) })
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s with %q and display %q: %v, want %q", c.goos, c.libraries, c.display, err, c.want)
		}
	}
}

func TestHasLibrary(t *testing.T) {
	if hasLibrary("libnothing.so.7") {
		t.Error("there is a libnothing")
	}
	dir := t.TempDir()
	t.Setenv("LD_LIBRARY_PATH", dir)
	if err := os.WriteFile(filepath.Join(dir, "libnothing.so.7"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if !hasLibrary("libnothing.so.7") {
		t.Errorf("there is no libnothing in %s", dir)
	}
}

func TestLensRefuses(t *testing.T) {
	t.Setenv("DISPLAY", "")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"lens", filepath.Join(t.TempDir(), "nowhere")}, "no such file"},
		{[]string{"lens", t.TempDir()}, "is a directory"},
	} {
		if out, _, err := command(t, "", c.args...); err == nil || !strings.Contains(err.Error(), c.want) || out != "" {
			t.Errorf("%q: %v and %q, want an error with %q", c.args, err, out, c.want)
		}
	}
}

// TestLensOutsideACheckout starts where there is no source.
func TestLensOutsideACheckout(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, err := buildLens(t.Context(), "js", &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "in a checkout of "+modulePath) {
		t.Errorf("it is built: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := buildLens(t.Context(), "js", &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "no go command") {
		t.Errorf("it is built: %v", err)
	}
}

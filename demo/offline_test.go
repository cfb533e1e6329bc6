package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"image/png"
	"regexp"
	"strings"
	"testing"
)

// TestWorkerKnowsTheBuild compares what the service worker keeps with what the server has.
func TestWorkerKnowsTheBuild(t *testing.T) {
	s := openSite(t)
	s.add("/lens/later.wasm", nil)
	source := string(s[workerPath].plain)
	first, _, _ := strings.Cut(source, "\n")
	var build struct {
		Version string
		Files   map[string]string
	}
	if err := json.Unmarshal([]byte(strings.TrimSuffix(strings.TrimPrefix(first, "const build = "), ";")), &build); err != nil {
		t.Fatalf("%v in %.200q", err, first)
	}
	if len(build.Version) != 16 {
		t.Errorf("version %q", build.Version)
	}
	for path, f := range s {
		got, there := build.Files[path]
		if kept := path != workerPath && !strings.HasPrefix(path, "/lens/"); there != kept {
			t.Errorf("%s is kept: %v, want %v", path, there, kept)
		} else if want := fmt.Sprintf("%x", sha256.Sum256(f.plain)); kept && got != want {
			t.Errorf("%s has digest %q, want %q", path, got, want)
		}
	}
	if again := openSite(t); !bytes.Equal(again[workerPath].plain, []byte(source)) {
		t.Error("the same build has another worker")
	}
}

// TestManifest asks for each icon in the size that the manifest says, and for maskable ones without a hole.
func TestManifest(t *testing.T) {
	s := openSite(t)
	var manifest struct {
		StartURL string `json:"start_url"`
		Icons    []struct{ Src, Sizes, Type, Purpose string }
	}
	if err := json.Unmarshal(s["/manifest.webmanifest"].plain, &manifest); err != nil {
		t.Fatal(err)
	}
	if s[manifest.StartURL] == nil {
		t.Errorf("it starts at %q, which is not there", manifest.StartURL)
	}
	for _, icon := range manifest.Icons {
		f := s[icon.Src]
		if f == nil || f.mime != icon.Type {
			t.Errorf("%s is not there as %s", icon.Src, icon.Type)
			continue
		}
		if icon.Type != "image/png" {
			continue
		}
		img, err := png.Decode(bytes.NewReader(f.plain))
		if err != nil {
			t.Fatal(err)
		}
		size := img.Bounds().Size()
		if got := fmt.Sprintf("%dx%d", size.X, size.Y); got != icon.Sizes {
			t.Errorf("%s is %s, want %s", icon.Src, got, icon.Sizes)
		}
		_, _, _, corner := img.At(0, 0).RGBA()
		if opaque := corner == 0xffff; opaque != (icon.Purpose == "maskable") {
			t.Errorf("%s has an opaque corner: %v", icon.Src, opaque)
		}
		if r, g, b, _ := img.At(size.X/2, size.Y/2).RGBA(); r>>8 != 0xff || g>>8 != 0xc9 || b>>8 != 0x4d {
			t.Errorf("the middle of %s is %x %x %x, want the yellow of icon.svg", icon.Src, r>>8, g>>8, b>>8)
		}
	}
	if svg := string(s["/icon.svg"].plain); !regexp.MustCompile(`r="15" fill="#1d3a4a".*\n.*r="9.5".*stroke="#8fb7c4" stroke-width="1.6".*\n.*r="4" fill="#ffc94d"`).MatchString(svg) {
		t.Errorf("icon.svg has other rings than icon.go:\n%s", svg)
	}
}

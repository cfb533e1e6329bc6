package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// lensText is what the lens shows if it is given nothing.
const lensText = "Is not Fire a Body heated so hot as to emit Light copiously?"

// lensOptions are the command line of lens.
type lensOptions struct {
	text  string
	file  string
	shown []string // flags for the lens itself
}

func parseLens(args []string, out io.Writer) (*lensOptions, error) {
	o := &lensOptions{}
	flags := flag.NewFlagSet("demo lens", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&o.text, "text", "", "the text to look at; the default is a sentence of Newton's")
	flags.String("theme", "auto", "auto, light or dark")
	flags.String("size", "1200x800", "of the window, in pixels")
	flags.Float64("scale", 0, "pixels of the screen in one of the layout; 0 asks the monitor")
	flags.String("keys", "", "keys to press at first, such as \"Right Enter Down\"")
	flags.String("screenshot", "", "write the picture to this PNG file and end")
	flags.Usage = func() {
		fmt.Fprintln(out, "usage: demo lens [-text TEXT] [flags] [FILE]\n\nFILE is a text, - is the standard input.")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) {
		given[f.Name] = true
		if f.Name != "text" {
			o.shown = append(o.shown, "-"+f.Name, f.Value.String())
		}
	})
	o.file = flags.Arg(0)
	switch {
	case flags.NArg() > 1:
		return nil, fmt.Errorf("lens: one file at a time, got %q; flags come before it", flags.Args())
	case given["text"] && o.file != "":
		return nil, errors.New("lens: either -text or a file")
	case !given["text"] && o.file == "":
		o.text = lensText
	}
	return o, nil
}

// runLens builds the lens and shows a text's attention in a window.
func runLens(ctx context.Context, args []string, s streams) error {
	o, err := parseLens(args, s.err)
	if err != nil {
		return err
	}
	if o.file != "" {
		if o.text, err = readText(o.file, s.in); err != nil {
			return err
		}
	}
	if err := checkWindow(runtime.GOOS, os.Getenv, hasLibrary); err != nil {
		return err
	}
	path, err := buildLens(ctx, runtime.GOOS, s.err)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, path, o.shown...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(o.text), s.out, s.err
	if err := cmd.Run(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("the lens: %w", err) // it has said why
	}
	return nil
}

// checkWindow says what a window needs and the machine has not. On Linux
// Ebitengine is linked against nothing and loads these as it starts: Xlib, and
// OpenGL ES by EGL or, where there is no OpenGL ES, OpenGL.
func checkWindow(goos string, getenv func(string) string, has func(library string) bool) error {
	if goos != "linux" {
		return nil
	}
	var missing []string // packages of Debian
	if !has("libX11.so.6") {
		missing = append(missing, "libx11-6")
	}
	switch {
	case !has("libGLESv2.so.2") && !has("libGL.so.1"):
		missing = append(missing, "libgl1", "libgl1-mesa-dri")
	case has("libGLESv2.so.2") && !has("libEGL.so.1"):
		missing = append(missing, "libegl1")
	}
	if missing != nil {
		return fmt.Errorf("the lens needs libraries that are missing; run: sudo apt-get install %s", strings.Join(missing, " "))
	}
	if getenv("DISPLAY") == "" {
		return errors.New("there is no screen for the lens to open its window on: DISPLAY is not set\n" +
			"Without one, look at it in a page (go run ./demo), or: sudo apt-get install xvfb && xvfb-run -a go run ./demo lens -screenshot lens.png")
	}
	return nil
}

// hasLibrary looks for a shared library where the loader would.
func hasLibrary(name string) bool {
	for _, ldconfig := range []string{"ldconfig", "/sbin/ldconfig", "/usr/sbin/ldconfig"} {
		if out, err := exec.Command(ldconfig, "-p").Output(); err == nil && strings.Contains(string(out), "\t"+name+" ") {
			return true
		}
	}
	folders := append(filepath.SplitList(os.Getenv("LD_LIBRARY_PATH")), "/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib")
	for _, folder := range folders {
		for _, pattern := range []string{name, "*-linux-*/" + name} {
			if found, err := filepath.Glob(filepath.Join(folder, pattern)); err == nil && len(found) > 0 {
				return true
			}
		}
	}
	return false
}

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"github.com/fovea-run/fovea/demo/model"
	"github.com/fovea-run/fovea/js"
	"github.com/fovea-run/fovea/wasm"
)

// defaultAddr is where the page is served if the port is free.
const defaultAddr = "127.0.0.1:8017"

// policy lets the page load only what this server has, and talk to nobody.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; " +
	"style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; " +
	"frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'" // the lens is a frame of the page

// runServe serves the page until ctx is done.
func runServe(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "usage: demo [-addr ADDRESS]    serve the page\n       demo focus -h           find sentences in the terminal\n       demo lens -h            see a text's attention in a window\n       demo worker -h          serve the Worker on this machine")
		flags.PrintDefaults()
	}
	addr := flags.String("addr", defaultAddr, "address to listen on; the default takes another port if its own is in use")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is no command; those are focus, lens and worker", flags.Arg(0))
	}
	site, err := newSite()
	if err != nil {
		return err
	}
	l, err := listen(*addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "http://%s/\n", l.Addr())
	server := &http.Server{Handler: newLensServer(ctx, site, os.Stderr), ReadHeaderTimeout: 10 * time.Second}
	stopped := context.AfterFunc(ctx, func() { server.Close() })
	defer stopped()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// listen listens on addr, or on a free port if it is the default and in use.
func listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if addr == defaultAddr && errors.Is(err, syscall.EADDRINUSE) {
		return net.Listen("tcp", "127.0.0.1:0")
	}
	return l, err
}

// A site holds every file of the page in memory.
type site map[string]*file

type file struct {
	mime   string
	etag   string
	plain  []byte
	packed []byte // gzipped, or nil where that gains little
}

// newSite gathers the page, the bridge, the modules and the model.
func newSite() (site, error) {
	s := site{}
	s.add("/model.safetensors", []byte(model.File))
	sub, err := fs.Sub(web, "web")
	if err != nil {
		return nil, err
	}
	for prefix, files := range map[string]fs.FS{"/": sub, "/js/": js.Files, "/wasm/": wasm.Modules} {
		if err := s.addFS(prefix, files); err != nil {
			return nil, err
		}
	}
	page, err := renderPage(s["/index.html"].plain)
	if err != nil {
		return nil, err
	}
	s.add("/", page)
	s.add(lensPrefix, s[lensPrefix+"index.html"].plain)
	delete(s, "/index.html")
	delete(s, lensPrefix+"index.html")
	if err := s.addIcons(); err != nil {
		return nil, err
	}
	return s, s.addWorker()
}

func (s site) addFS(prefix string, files fs.FS) error {
	return fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err == nil {
			s.add(prefix+name, data)
		}
		return err
	})
}

// mimes are spelled out: mime.TypeByExtension depends on the machine.
var mimes = map[string]string{
	"":             "text/html; charset=utf-8", // the page itself, at /
	".html":        "text/html; charset=utf-8",
	".json":        "application/json",
	".png":         "image/png",
	".webmanifest": "application/manifest+json",
	".css":         "text/css; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".svg":         "image/svg+xml",
	".wasm":        "application/wasm",
	".safetensors": "application/octet-stream",
}

func (s site) add(name string, data []byte) {
	f := &file{mime: mimes[path.Ext(name)], plain: data, etag: fmt.Sprintf(`"%x"`, sha256.Sum256(data))}
	if f.mime != mimes[".safetensors"] && f.mime != mimes[".png"] { // they hardly shrink, and the page wants the model's length
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(data) // a bytes.Buffer takes every write
		z.Close()
		f.packed = b.Bytes()
	}
	s[name] = f
}

// renderPage puts the article into the page.
func renderPage(source []byte) ([]byte, error) {
	t, err := template.New("page").Parse(string(source))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, paragraphs())
	return b.Bytes(), err
}

// ServeHTTP serves a file with what keeps the page to itself: the policy, and
// isolation from other origins.
func (s site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	isolate(h)
	f, ok := s[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
		return
	}
	h.Set("Content-Type", f.mime)
	h.Set("Cache-Control", "no-cache") // the browser keeps it, and asks whether it has changed
	h.Set("Vary", "Accept-Encoding")
	f.serve(w, r)
}

func isolate(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Embedder-Policy", "require-corp")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	data, etag := f.plain, f.etag
	if f.packed != nil && r.Header.Get("Range") == "" && acceptsGzip(r) {
		data, etag = f.packed, strings.TrimSuffix(f.etag, `"`)+`-gzip"`
		w.Header().Set("Content-Encoding", "gzip")
	}
	w.Header().Set("ETag", etag)
	// It answers If-None-Match and ranges; the time is unknown.
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// acceptsGzip reads Accept-Encoding as far as browsers use it.
func acceptsGzip(r *http.Request) bool {
	for _, v := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(v), ";")
		if name == "gzip" && strings.TrimSpace(q) != "q=0" {
			return true
		}
	}
	return false
}

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"

	"github.com/fovea-run/fovea/demo/worker/deploy"
	"github.com/fovea-run/fovea/demo/worker/workerd"
)

// workerAddr is where the Worker listens if the port is free.
const workerAddr = "127.0.0.1:8018"

// runWorker builds the Worker and serves it until ctx is done.
func runWorker(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("demo worker", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "usage: demo worker [-build DIR] [-addr ADDRESS]    serve the Cloudflare Worker on this machine")
		flags.PrintDefaults()
	}
	build := flags.String("build", "", "only build the Worker, in this folder, which is emptied")
	addr := flags.String("addr", workerAddr, "address to listen on; the default takes another port if its own is in use")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("worker: %q: there are no arguments but flags", flags.Arg(0))
	}
	if *build != "" {
		return deploy.Build(ctx, *build)
	}
	return serveWorker(ctx, *addr, out)
}

func serveWorker(ctx context.Context, addr string, out io.Writer) error {
	if _, err := workerd.Find(); err != nil { // before the build, which takes its time
		return err
	}
	dir, err := os.MkdirTemp("", "fovea-worker-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := deploy.Build(ctx, dir); err != nil {
		return err
	}
	config, err := deploy.Config(dir)
	if err != nil {
		return err
	}
	if addr == workerAddr && inUse(addr) {
		addr = "127.0.0.1:0"
	}
	key := rand.Text()
	config.Addr, config.Env, config.Log = addr, map[string]string{"API_KEYS": key}, os.Stderr
	s, err := workerd.Start(ctx, config)
	if err != nil {
		return err
	}
	defer s.Close()
	fmt.Fprintf(out, curl, s.URL, key)
	if err := s.Wait(); ctx.Err() == nil {
		return errors.Join(errors.New("workerd has ended"), err)
	}
	return nil
}

func inUse(addr string) bool {
	l, err := net.Listen("tcp", addr)
	if err == nil {
		l.Close()
	}
	return err != nil
}

// curl is a command that works as it is printed.
const curl = `curl %s/v1/focus -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '{"text": "The cat sat on the mat. Prices rose again in May.", "query": "inflation", "budget": 0.5}'
`

// Command nfkcgen writes the normalisation tables of package unigram, which
// documents their format, from golang.org/x/text.
package main

import (
	"flag"
	"log"
	"os"
)

func main() {
	out := flag.String("o", "nfkc.bin", "file to write")
	flag.Parse()
	if err := os.WriteFile(*out, tables(), 0o644); err != nil {
		log.Fatal(err)
	}
}

// Command print is the smallest program that formats and prints.
package main

import "fmt"

func main() { fmt.Println("print", 1) }

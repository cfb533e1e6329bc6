// Package model holds the model file of the demo, see NOTICE.
package model

import _ "embed"

// File is the Universal Sentence Encoder lite with 8-bit weights.
//
//go:embed use-lite-int8.safetensors
var File string

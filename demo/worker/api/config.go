package api

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"strings"
)

// minKey is the length of the shortest key that is taken for a secret.
const minKey = 16

// A Config is what a deployment sets.
type Config struct {
	keys    [][sha256.Size]byte
	origins []string
}

// NewConfig reads the keys, of which there must be one, and the origins whose
// pages may call the API: both separated by commas, so that a key can be
// replaced while the old one still holds.
func NewConfig(keys, origins string) (Config, error) {
	var c Config
	for _, key := range list(keys) {
		if len(key) < minKey {
			return c, fmt.Errorf("API_KEYS: a key has %d characters, it must have at least %d", len(key), minKey)
		}
		c.keys = append(c.keys, sha256.Sum256([]byte(key)))
	}
	if len(c.keys) == 0 {
		return c, fmt.Errorf("API_KEYS is not set; without a key nobody may call")
	}
	for _, origin := range list(origins) {
		u, err := url.Parse(origin)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Scheme+"://"+u.Host != origin {
			return c, fmt.Errorf("ALLOWED_ORIGINS: %q is no origin like https://example.org", origin)
		}
		c.origins = append(c.origins, origin)
	}
	return c, nil
}

func list(text string) []string {
	var items []string
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

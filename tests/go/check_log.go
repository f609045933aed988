// Checks a tenant's audit log with the Go project's own implementation (golang.org/x/mod/sumdb): the checkpoint's
// signature, every tile against its root, and the proofs that the GraphQL API gave.
//
//	check_log LOG_URL VERIFIER_KEY < proofs.json
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type proofs struct {
	Inclusion []struct {
		Index  int64    `json:"logIndex"`
		Leaf   string   `json:"leaf"`
		Hashes []string `json:"hashes"`
	} `json:"inclusion"`
	Consistency []struct {
		From     int64    `json:"fromSize"`
		FromRoot string   `json:"fromRoot"`
		To       int64    `json:"toSize"`
		ToRoot   string   `json:"toRoot"`
		Hashes   []string `json:"hashes"`
	} `json:"consistency"`
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func fetch(url string) []byte {
	answer, err := http.Get(url)
	must(err)
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		must(fmt.Errorf("%s: %s", url, answer.Status))
	}
	body, err := io.ReadAll(answer.Body)
	must(err)
	return body
}

func hash(text string) (h tlog.Hash) {
	bytes, err := base64.StdEncoding.DecodeString(text)
	must(err)
	if copy(h[:], bytes) != tlog.HashSize {
		must(fmt.Errorf("%q is no hash", text))
	}
	return h
}

func hashes(texts []string) (all []tlog.Hash) {
	for _, text := range texts {
		all = append(all, hash(text))
	}
	return all
}

// tiles reads tiles from the service, as anybody may.
type tiles struct{ url string }

func (t tiles) Height() int { return 8 }

func (t tiles) ReadTiles(wanted []tlog.Tile) (all [][]byte, err error) {
	for _, tile := range wanted {
		all = append(all, fetch(t.url+"/"+strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
	}
	return all, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func main() {
	url := os.Args[1]
	verifier, err := note.NewVerifier(os.Args[2])
	must(err)
	signed, err := note.Open(fetch(url+"/checkpoint"), note.VerifierList(verifier))
	must(err)
	lines := strings.Split(signed.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root := hash(lines[2])

	// Every leaf, through tiles that are held against the root.
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, tiles{url})
	var indexes []int64
	for leaf := int64(0); leaf < size; leaf++ {
		indexes = append(indexes, tlog.StoredHashIndex(0, leaf))
	}
	leaves, err := reader.ReadHashes(indexes)
	must(err)

	var given proofs
	must(json.NewDecoder(os.Stdin).Decode(&given))
	for _, proof := range given.Inclusion {
		leaf := tlog.RecordHash([]byte(proof.Leaf))
		if leaf != leaves[proof.Index] {
			must(fmt.Errorf("leaf %d is not the tile's", proof.Index))
		}
		must(tlog.CheckRecord(hashes(proof.Hashes), size, root, proof.Index, leaf))
	}
	for _, proof := range given.Consistency {
		must(tlog.CheckTree(hashes(proof.Hashes), proof.To, hash(proof.ToRoot), proof.From, hash(proof.FromRoot)))
	}
	fmt.Printf("%d leaves, %d entries and %d prefixes are as they should be\n", size, len(given.Inclusion), len(given.Consistency))
}

// Command image-copier copies images as `regctl image copy` does, many at a time in one process: a load of thousands of operations would
// otherwise spend its time on starting processes.
//
// The first line of standard input says where to log in, each further one asks for a copy; each answer is a line of standard output. It ends
// when standard input does, and what it has begun then is finished.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/regclient/regclient"
	"github.com/regclient/regclient/config"
	"github.com/regclient/regclient/scheme/reg"
	"github.com/regclient/regclient/types/ref"
)

// login is where and as whom images are copied.
type login struct {
	Authority        string `json:"authority"`
	CACertificatePEM string `json:"caCertificatePem"`
	Username         string `json:"username"`
	Password         string `json:"password"`
}

// request asks for one copy. Places are references as regctl takes them, `ocidir://path:tag` among them.
type request struct {
	ID   int    `json:"id"`
	From string `json:"from"`
	To   string `json:"to"`
}

// answer says how a copy ended; without an error it succeeded.
type answer struct {
	ID    int    `json:"id"`
	Error string `json:"error,omitempty"`
}

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "image-copier:", err)
		os.Exit(1)
	}
}

func serve() error {
	input := json.NewDecoder(bufio.NewReader(os.Stdin))
	var as login
	if err := input.Decode(&as); err != nil {
		return fmt.Errorf("read where to log in: %w", err)
	}
	var copies sync.WaitGroup
	defer copies.Wait()
	var writing sync.Mutex
	output := json.NewEncoder(os.Stdout)
	for input.More() {
		var asked request
		if err := input.Decode(&asked); err != nil {
			return fmt.Errorf("read a request: %w", err)
		}
		copies.Go(func() {
			answered := answer{ID: asked.ID}
			if err := copyImage(as, asked); err != nil {
				answered.Error = err.Error()
			}
			writing.Lock()
			defer writing.Unlock()
			_ = output.Encode(answered) // who does not read answers does not want them
		})
	}
	return nil
}

// copyImage does what one run of regctl does: with a client, and with connections, of its own.
func copyImage(as login, asked request) error {
	connections := http.DefaultTransport.(*http.Transport).Clone()
	defer connections.CloseIdleConnections()
	client := regclient.New(
		regclient.WithConfigHost(config.Host{
			Name:    as.Authority,
			TLS:     config.TLSEnabled,
			RegCert: as.CACertificatePEM,
			User:    as.Username,
			Pass:    as.Password,
		}),
		regclient.WithRegOpts(reg.WithCache(5*time.Minute, 500), reg.WithTransport(connections)),
	)
	from, err := ref.New(asked.From)
	if err != nil {
		return err
	}
	to, err := ref.New(asked.To)
	if err != nil {
		return err
	}
	ctx := context.Background()
	defer client.Close(ctx, from)
	defer client.Close(ctx, to)
	return client.ImageCopy(ctx, from, to)
}

package insi

import (
	"errors"

	"github.com/segursim/segursim/internal/lps/teleservice"
)

// A Client calls INSi.
type Client struct {
	call *teleservice.Client
	url  string
}

// New makes a client for the address of the téléservices: "https://host/lps".
func New(call *teleservice.Client, url string) (*Client, error) {
	switch {
	case call == nil:
		return nil, errors.New("insi: no client of téléservices")
	case url == "":
		return nil, errors.New("insi: no address")
	}
	return &Client{call, url}, nil
}

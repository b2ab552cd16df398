package psc

import (
	"sync"

	"github.com/segursim/segursim/internal/jose"
)

// maxDocuments bounds the documents kept: as many as the host names by which
// clients call, unless one of them makes names up.
const maxDocuments = 64

// documents are discovery documents as they were written, by what they are made
// from: writing one takes longer than all else that a request for it costs.
type documents struct {
	mu   sync.Mutex
	json map[string][]byte
}

// get returns the document known under key, or has it written. The bytes are for
// reading only.
func (d *documents) get(key string, write func() jose.Claims) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if b, ok := d.json[key]; ok {
		return b, nil
	}
	b, err := write().MarshalJSON()
	if err != nil {
		return nil, err
	}
	if d.json == nil || len(d.json) >= maxDocuments {
		d.json = map[string][]byte{}
	}
	d.json[key] = b
	return b, nil
}

package wire

import (
	"net"
	"sync"
)

// A Queue is a net.Listener whose connections somebody hands over: it lets the
// server of a protocol library serve connections that were accepted elsewhere.
type Queue struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

// NewQueue returns an empty queue.
func NewQueue() *Queue {
	return &Queue{conns: make(chan net.Conn), done: make(chan struct{})}
}

// Hand gives a connection to whoever accepts; false when the queue is closed.
func (q *Queue) Hand(c net.Conn) bool {
	select {
	case q.conns <- c:
		return true
	case <-q.done:
		return false
	}
}

// Accept waits for a connection.
func (q *Queue) Accept() (net.Conn, error) {
	select {
	case c := <-q.conns:
		return c, nil
	case <-q.done:
		return nil, net.ErrClosed
	}
}

// Close ends Accept and Hand.
func (q *Queue) Close() error {
	q.once.Do(func() { close(q.done) })
	return nil
}

// Addr is a name, for logs.
func (q *Queue) Addr() net.Addr { return name("queue") }

type name string

func (name) Network() string  { return "queue" }
func (n name) String() string { return string(n) }

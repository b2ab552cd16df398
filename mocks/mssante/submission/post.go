package submission

import (
	"context"
	"time"

	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/auth"
)

// An Envelope is what the SMTP dialogue said around a message (RFC 5321, 3461).
type Envelope struct {
	From       string // "" for the null return path
	EnvelopeID string // ENVID, decoded
	// Return is "FULL", "HDRS" or empty.
	Return     string
	Recipients []Recipient
	Sender     auth.Identity
	Helo       string
	// Exchange is the journal entry of the sending, still open.
	Exchange *sim.Exchange
	Received time.Time // simulated
}

// A Recipient is one RCPT TO.
type Recipient struct {
	Address string
	// Notify are the conditions of RFC 3461: "NEVER", "SUCCESS", "FAILURE",
	// "DELAY"; empty when the client asked for nothing.
	Notify []string
	// Original is the address of ORCPT, decoded, without its type ("rfc822").
	Original string
}

// A Post takes messages. Its refusals are SMTP replies: Status is the reply code,
// Code the enhanced one ("5.7.1"), Text the text. A reply of 421 also ends the
// connection.
type Post interface {
	// Sender checks MAIL FROM against the identity.
	Sender(ctx context.Context, id auth.Identity, from string, size int64) *sim.Error
	// Recipient checks one RCPT TO.
	Recipient(ctx context.Context, id auth.Identity, from, to string) *sim.Error
	// Submit takes the message; it returns the queue id that the reply shows. raw is
	// the Post's to keep.
	Submit(ctx context.Context, env Envelope, raw []byte) (queue string, refusal *sim.Error)
	// MaxSize is the size limit in bytes that EHLO advertises.
	MaxSize() int64
	// Host is the name in the greeting: "smtp.medecin.segursim.test".
	Host() string
}

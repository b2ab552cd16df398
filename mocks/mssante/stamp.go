package mssante

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// stamp is the letter as an MTA delivers it: with its return path, and the trace of
// the submission (RFC 5321 §4.4). It is the same for every recipient.
func (l *letter) stamp(host string) []byte {
	helo := strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f || strings.ContainsRune(`()<>[];"\`, r) {
			return -1
		}
		return r
	}, l.Helo)
	if helo == "" {
		helo = "localhost"
	}
	peer := "127.0.0.1"
	if host, _, err := net.SplitHostPort(l.Peer); err == nil {
		peer = host
	}
	if strings.Contains(peer, ":") {
		peer = "IPv6:" + peer
	}
	with := "ESMTPSA" // RFC 3848
	if l.Origin != originSession {
		with = "ESMTPS"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Return-Path: <%s>\r\nReceived: from %s ([%s])\r\n\tby %s (segursim) with %s id %s;\r\n\t%s\r\n",
		l.From, helo, peer, host, with, l.Queue, l.At.UTC().Format(time.RFC1123Z))
	return slices.Concat([]byte(b.String()), l.Raw)
}

// prepare makes what is appended to mailboxes, once: hashing costs more than the rest
// of a delivery, and is better done outside of a transaction.
func (l *letter) prepare(host string) {
	if l.stamped == nil {
		l.stamped = mailbox.Prepare(l.stamp(host))
	}
}

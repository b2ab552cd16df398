package apcv

import (
	"encoding/base32"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"time"
	"unicode/utf8"
)

// The payload of the QR code is ours: the real one is opaque to the software,
// which passes it on as it was scanned (the field Donnees). It names nobody:
//
//	SEGURSIM-TEST-APCV:1:<nonce>:<end>:<sum>
//
// nonce is 128 random bits in base32, end the end of its validity in UTC, sum the
// CRC-32 (IEEE) of what precedes it, in hexadecimal. Its characters are those of
// the alphanumeric mode of QR codes (ISO/IEC 18004 §7.3.4), which keeps them small.
const (
	payloadPrefix  = "SEGURSIM-TEST-APCV"
	payloadVersion = "1"
	payloadTime    = "20060102T150405Z"
	nonceBytes     = 16
	// maxPayload is what the largest QR code holds: 4,296 alphanumeric
	// characters (ISO/IEC 18004, version 40-L).
	maxPayload = 4296
)

// A payload is what a QR code of this simulator says.
type payload struct {
	Nonce   string    // 26 characters of base32
	Expires time.Time // whole seconds, UTC
}

// errLayout is a scanner whose keyboard layout is not the computer's: a US
// keyboard's M is a comma or a question mark on a French one.
var errLayout = errors.New("the scanner's keyboard layout is not that of the computer")

// errCase is a scanner, or a software, that changed the case of letters.
var errCase = errors.New("the case of the letters was changed")

// encodePayload writes the text of a QR code.
func encodePayload(p payload) string {
	head := strings.Join([]string{payloadPrefix, payloadVersion, p.Nonce, p.Expires.UTC().Format(payloadTime), ""}, ":")
	return head + sum(head)
}

// decodePayload reads what was scanned. Blanks around it, which scanners add,
// don't count. Its error says what is wrong; it wraps errLayout or errCase when
// that is recognised.
func decodePayload(text string) (payload, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return payload{}, errors.New("nothing was scanned")
	case len(text) > maxPayload:
		return payload{}, fmt.Errorf("%d bytes are more than a QR code holds", len(text))
	case !utf8.ValidString(text):
		return payload{}, errors.New("not a text")
	}
	parts := strings.Split(text, ":")
	if parts[0] != payloadPrefix {
		return payload{}, foreign(text)
	}
	if len(parts) != 5 {
		return payload{}, fmt.Errorf("%d fields instead of 5: cut short, or scanned twice", len(parts))
	}
	if parts[1] != payloadVersion {
		return payload{}, fmt.Errorf("version %q is none that is known", parts[1])
	}
	if head := text[:len(text)-len(parts[4])]; sum(head) != parts[4] {
		return payload{}, errors.New("the sum does not match: a character was changed")
	}
	if raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(parts[2]); err != nil || len(raw) != nonceBytes {
		return payload{}, errors.New("the identifier is malformed")
	}
	end, err := time.Parse(payloadTime, parts[3])
	if err != nil {
		return payload{}, errors.New("the end of validity is malformed")
	}
	return payload{Nonce: parts[2], Expires: end}, nil
}

// foreign says what a text is that does not begin as ours.
func foreign(text string) error {
	upper := strings.ToUpper(text)
	switch {
	case strings.HasPrefix(upper, payloadPrefix):
		return errCase
	case strings.HasPrefix(upper, "SEGURSI,"), strings.HasPrefix(upper, "SEGURSI?"):
		return errLayout
	}
	return errors.New("not a QR code of this simulator")
}

func sum(head string) string { return fmt.Sprintf("%08X", crc32.ChecksumIEEE([]byte(head))) }

// nonce draws the identifier of a code.
func (s *Service) nonce() string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(s.world.Random(nonceBytes))
}

package submission

import (
	"bufio"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"

	"github.com/segursim/segursim/internal/journal"
	"github.com/segursim/segursim/internal/sim"
	"github.com/segursim/segursim/mocks/mssante/auth"
)

// errLong is a line over the limit; it was read to its end.
var errLong = errors.New("smtp: line too long")

// maxLong is how much of a line over the limit is read to find its end, in bytes.
const maxLong = 1 << 20

func timeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

// readLine reads one line with its end, which may be LF alone.
func (d *dialogue) readLine() ([]byte, error) {
	if !d.arm(d.server.limits.Command, false) {
		return nil, d.lose(nil)
	}
	defer func() {
		d.mu.Lock()
		d.waiting = false
		d.mu.Unlock()
	}()
	var line []byte
	size := 0
	for {
		piece, err := d.in.ReadSlice('\n')
		size += len(piece)
		if size <= d.server.limits.Line {
			line = append(line, piece...)
		}
		switch {
		case err == nil && size > d.server.limits.Line:
			return nil, errLong
		case err == nil:
			return line, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, d.lose(err)
		case size > maxLong:
			d.farewell(ending{how: byErrors, refusal: tooLong()})
			return nil, io.EOF
		}
	}
}

func tooLong() *sim.Error {
	return &sim.Error{
		Status: 500, Code: "5.5.2", Text: "Line too long",
		Cause: cause("smtp.line", "La ligne de commande dépasse la limite (20 480 octets, sauf réglage).", "The command line is over the limit (20,480 bytes unless set otherwise).", "RFC 5321 §4.5.3.1.4, RFC 4954 §4.3"),
	}
}

// next reads lines until there is one for the library.
func (d *dialogue) next() error {
	for {
		if d.over {
			return io.EOF
		}
		if d.failures >= d.server.limits.Failures && !d.challenged {
			d.farewell(ending{how: byErrors, refusal: &sim.Error{
				Status: 421, Code: "4.7.0", Text: "Too many failed authentications, closing transmission channel",
				Cause: cause("smtp.failures", "Trop d'authentifications refusées sur cette connexion.", "Too many refused authentications on this connection.", "RFC 4954 §6"),
			}})
			return io.EOF
		}
		line, err := d.readLine()
		switch {
		case errors.Is(err, errLong) && d.challenged:
			d.challenged, d.tooLong = false, true
			d.feed = []byte("*\r\n") // the library knows no other way out
			return nil
		case errors.Is(err, errLong):
			d.start("", "(ligne trop longue)", nil)
			if err := d.answer(tooLong()); err != nil {
				return err
			}
			continue
		case err != nil:
			return err
		}
		if d.challenged {
			d.challenged = false
			d.note(auth.Show(d.mech, strings.TrimRight(string(line), "\r\n"))+"\r\n", true)
			d.feed = line
			return nil
		}
		passes, err := d.command(line)
		if err != nil {
			return err
		}
		if passes {
			d.feed = line
			return nil
		}
	}
}

// command begins a command; true, when the library is to treat it.
func (d *dialogue) command(line []byte) (bool, error) {
	text := strings.TrimRight(string(line), "\r\n")
	verb, args := verbOf(text)
	x := d.start(verb, text, line)
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return false, d.answer(&sim.Error{
			Status: 500, Code: "5.5.2", Text: "Syntax error: control characters",
			Cause: cause("smtp.control", "La ligne de commande contient des caractères de contrôle.", "The command line holds control characters.", "RFC 5321 §4.1.2"),
		})
	}
	switch verb {
	case "HELP":
		return false, d.say(help())
	case "STARTTLS":
		return false, d.answer(&sim.Error{
			Status: 503, Code: "5.5.1", Text: "TLS is active already",
			Cause: cause("smtp.starttls", "STARTTLS alors que la connexion est déjà sous TLS.", "STARTTLS although the connection is under TLS already.", "RFC 3207 §4.2"),
		})
	case "AUTH":
		d.mech, _, _ = strings.Cut(args, " ")
	case "BDAT":
		if d.chunk = chunkOf(args); d.chunk > d.server.post.MaxSize()+d.server.limits.Excess {
			n := d.chunk
			d.chunk, d.over, d.how = 0, true, byOverflow
			return false, d.answer(tooLarge(n, d.server.post.MaxSize()))
		}
	case "QUIT":
		d.quits(x)
		if fault := d.decide(x); fault != nil { // it has no codes: the wait was ended
			return false, d.say(x.refuse(fault))
		}
	}
	return true, nil
}

// start makes verb the current command, said in text; line is what the transcript
// shows, in its masked form for AUTH.
func (d *dialogue) start(verb, text string, line []byte) *exchange {
	d.verb = verb
	d.commands++
	var x *exchange
	switch verb {
	case "AUTH":
		x = d.begin(opAuth)
		x.whole = true
	case "MAIL":
		x = d.begin(opMail)
		x.quiet = true
	case "RCPT":
		x = d.begin(opRcpt)
		x.quiet = true
	case "QUIT":
		x = d.begin(opQuit)
		x.whole = true
	default:
		x = d.begin(opCommand)
		x.quiet = true
		x.Fact("command", map[string]any{"verb": verb})
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last.clear()
	d.said, d.why = text, journal.Cause{}
	if d.x == nil || !d.x.sent && !d.x.held { // else a message was judged before its last chunk came
		d.x = x
	}
	shown, masked := string(line), false
	if verb == "AUTH" {
		shown, masked = maskedAuth(text)
		d.said = strings.TrimRight(shown, "\r\n")
	}
	d.record(shown, masked)
	return x
}

// note records what the client said in the middle of a command.
func (d *dialogue) note(line string, masked bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.record(line, masked)
}

// record adds a line of the client to the transcripts. d.mu is held.
func (d *dialogue) record(line string, masked bool) {
	d.last.client([]byte(line))
	d.whole.client([]byte(line))
	if masked {
		d.masked = true
		if d.x != nil {
			d.x.masked = true
		}
	}
}

// quits makes the exchange of QUIT that of the end of the connection.
func (d *dialogue) quits(x *exchange) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.how = byQuit
	d.ends(x)
}

// maskedAuth is an AUTH command for a reader: the secret of its initial response
// shortened.
func maskedAuth(text string) (string, bool) {
	f := strings.Fields(text)
	if len(f) < 3 {
		return text + "\r\n", false
	}
	f[2] = auth.Show(f[1], f[2])
	return strings.Join(f, " ") + "\r\n", true
}

// verbOf splits a command line as go-smtp does.
func verbOf(line string) (verb, args string) {
	if len(line) >= 8 && strings.EqualFold(line[:8], "STARTTLS") {
		return "STARTTLS", strings.TrimSpace(line[8:])
	}
	verb, args, _ = strings.Cut(line, " ")
	if len(verb) > 20 {
		verb = verb[:20]
	}
	return strings.ToUpper(strings.ToValidUTF8(verb, "?")), strings.TrimSpace(args)
}

// chunkOf is how many bytes follow a BDAT command: 0 when go-smtp will not read any
// since the command is malformed (RFC 3030 §2).
func chunkOf(args string) int64 {
	f := strings.Fields(args)
	if len(f) == 0 || len(f) > 2 || len(f) == 2 && !strings.EqualFold(f[1], "LAST") {
		return 0
	}
	n, err := strconv.ParseUint(f[0], 10, 32)
	if err != nil {
		return 0
	}
	return int64(n)
}

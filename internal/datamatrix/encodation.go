package datamatrix

// Codewords of ISO/IEC 16022 table 2.
const (
	cwPad        = 129
	cwDigitPair  = 130 // and the number, 00 to 99
	cwLatchC40   = 230
	cwUpperShift = 235 // the next codeword stands for a character from 128
	cwUnlatch    = 254
)

// A mode is how the next character is to be written: in ASCII, or in C40 with
// that many values of the current triple written (three values make two
// codewords).
type mode int

const (
	ascii mode = iota
	c40        // at the beginning of a triple
	c401       // one value in it
	c402       // two values
	modes
)

// step is how a state was reached: the state before, and what it cost.
type step struct {
	at   int
	mode mode
	cost int  // thirds of a codeword
	ok   bool // reached at all
}

// encodation finds the shortest codewords for a text in ISO/IEC 8859-1 with the
// two encodations that suit a datamatrix INS. The first header characters are
// in C40 whatever it costs; 0 leaves all to cost. Where what follows cannot
// complete their last triple, that triple is left to cost too. open tells that
// the codewords end in C40, which padding has to leave first.
func encodation(s []byte, header int) (codewords []byte, open bool) {
	steps := make([][modes]step, len(s)+1)
	steps[0][ascii] = step{at: -1, ok: true}
	relax := func(at int, m mode, from step, cost int) {
		to := &steps[at][m]
		if !to.ok || from.cost+cost < to.cost {
			*to = step{from.at, from.mode, from.cost + cost, true}
		}
	}
	for i := range steps {
		// Changes of mode, which write no character.
		here := steps[i]
		if here[ascii].ok && i < len(s) {
			relax(i, c40, step{i, ascii, here[ascii].cost, true}, 3)
		}
		if here[c40].ok && i >= header {
			relax(i, ascii, step{i, c40, here[c40].cost, true}, 3)
		}
		if i == len(s) {
			break
		}
		if from := steps[i][ascii]; from.ok && i >= header {
			from = step{i, ascii, from.cost, true}
			switch {
			case i+1 < len(s) && digit(s[i]) && digit(s[i+1]):
				relax(i+2, ascii, from, 3)
				fallthrough
			case s[i] < 128:
				relax(i+1, ascii, from, 3)
			default:
				relax(i+1, ascii, from, 6)
			}
		}
		if s[i] >= 128 {
			continue
		}
		_, n := c40Values(s[i])
		for m := c40; m < modes; m++ {
			if from := steps[i][m]; from.ok {
				relax(i+1, c40+(m-c40+mode(n))%3, step{i, m, from.cost, true}, 2*n)
			}
		}
	}
	if end := steps[len(s)]; !end[ascii].ok && !end[c40].ok {
		return encodation(s, (header-1)/3*3)
	}
	end := ascii
	if a, c := steps[len(s)][ascii], steps[len(s)][c40]; c.ok && (!a.ok || c.cost < a.cost) {
		end = c40
	}
	return write(s, steps, end), end == c40
}

// write follows the steps back from the end and writes their codewords.
func write(s []byte, steps [][modes]step, end mode) []byte {
	type state struct {
		at   int
		mode mode
	}
	var path []state
	for st := (state{len(s), end}); st.at >= 0; {
		path = append(path, st)
		from := steps[st.at][st.mode]
		st = state{from.at, from.mode}
	}
	var out []byte
	var triple []int
	for k := len(path) - 1; k > 0; k-- {
		from, to := path[k], path[k-1]
		switch {
		case from.at == to.at && to.mode == c40:
			out = append(out, cwLatchC40)
		case from.at == to.at:
			out = append(out, cwUnlatch)
		case from.mode != ascii:
			values, n := c40Values(s[from.at])
			for _, v := range values[:n] {
				if triple = append(triple, v); len(triple) == 3 {
					// ISO/IEC 16022 §5.2.5.2
					n := 1600*triple[0] + 40*triple[1] + triple[2] + 1
					out, triple = append(out, byte(n>>8), byte(n)), triple[:0]
				}
			}
		case to.at == from.at+2:
			out = append(out, cwDigitPair+10*(s[from.at]-'0')+s[from.at+1]-'0')
		case s[from.at] >= 128:
			out = append(out, cwUpperShift, s[from.at]-127)
		default:
			out = append(out, s[from.at]+1)
		}
	}
	return out
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// c40Values are the one or two values of a character below 128 (ISO/IEC 16022
// table C.1): of the basic set, or behind a shift.
func c40Values(c byte) (values [2]int, n int) {
	v := int(c)
	switch {
	case c == ' ':
		return [2]int{3}, 1
	case digit(c):
		return [2]int{v - '0' + 4}, 1
	case c >= 'A' && c <= 'Z':
		return [2]int{v - 'A' + 14}, 1
	case c < 32:
		return [2]int{0, v}, 2
	case c <= '/':
		return [2]int{1, v - 33}, 2
	case c <= '@':
		return [2]int{1, v - 58 + 15}, 2
	case c <= '_':
		return [2]int{1, v - 91 + 22}, 2
	default:
		return [2]int{2, v - 96}, 2
	}
}

// pad fills the data codewords of a symbol (ISO/IEC 16022 §5.2.3): the first pad
// is plain, the others are randomised by their place.
func pad(codewords []byte, open bool, n int) []byte {
	if open && len(codewords) < n {
		codewords = append(codewords, cwUnlatch)
	}
	if len(codewords) < n {
		codewords = append(codewords, cwPad)
	}
	for len(codewords) < n {
		v := cwPad + 149*(len(codewords)+1)%253 + 1
		if v > 254 {
			v -= 254
		}
		codewords = append(codewords, byte(v))
	}
	return codewords
}

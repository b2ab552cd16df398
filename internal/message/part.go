package message

// Bytes are the part's body as it travelled, shared with the message: they must not
// be changed.
func (p *Part) Bytes() []byte {
	if p.Content < 0 || p.End > len(p.raw) || p.Content >= p.End {
		return nil
	}
	return p.raw[p.Content:p.End:p.End]
}

// Text is the decoded body in UTF-8, whatever its charset. With an error, of the
// transfer encoding or of the charset, the text is what could be read.
func (p *Part) Text() (string, error) {
	body, err := p.Decode()
	text, charsetErr := toUTF8(p.Params["charset"], body)
	if err == nil {
		err = charsetErr
	}
	return text, err
}

// Walk calls f with every part, depth first, the receiver first; f returns false
// to stop. It does not enter a nested message.
func (p *Part) Walk(f func(*Part) bool) { p.walk(f) }

func (p *Part) walk(f func(*Part) bool) bool {
	if !f(p) {
		return false
	}
	for _, part := range p.Parts {
		if !part.walk(f) {
			return false
		}
	}
	return true
}

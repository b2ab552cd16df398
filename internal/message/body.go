package message

// Attachments are the parts that are files: a disposition of attachment, or a file
// name; in order. A multipart is none, whatever it says, its parts may be.
func (m *Message) Attachments() []*Part {
	var files []*Part
	m.Walk(func(p *Part) bool {
		if !p.multipart() && p.file() {
			files = append(files, p)
		}
		return true
	})
	return files
}

// file tells whether a part is meant to be saved rather than read.
func (p *Part) file() bool { return p.Disposition == "attachment" || p.Filename != "" }

// Body is the text that a person reads: of text/plain, else the text of text/html.
// Line ends are LF. It is the first such part that is not a file.
func (m *Message) Body() string {
	if p := m.readable("text/plain"); p != nil {
		text, _ := p.Text() // with an error, what could be read
		return lineFeeds(text)
	}
	if p := m.readable("text/html"); p != nil {
		text, _ := p.Text()
		return htmlText(text)
	}
	return ""
}

func (m *Message) readable(mediaType string) *Part {
	var found *Part
	m.Walk(func(p *Part) bool {
		if p.MediaType == mediaType && !p.file() {
			found = p
		}
		return found == nil
	})
	return found
}

package pdfa

import (
	"errors"
	"fmt"
	"time"
)

// A Text is a document to write: a title and lines, wrapped and paginated.
type Text struct {
	Title  string // at the head of the first page, and in the metadata; may be empty
	Author string // in the metadata only; may be empty
	// Lines are paragraphs: one longer than the page is wide is wrapped, under its
	// own leading spaces; an empty one leaves a blank line.
	Lines []string
	Date  time.Time // in the metadata; none when zero
}

// Bounds of what [Build] writes.
const (
	maxText  = 4 << 20 // bytes of all lines
	maxPages = 2000
)

// ErrTooLong is the error of [Build] for a text over its bounds: 4 MiB or 2,000 pages.
var ErrTooLong = errors.New("pdfa: the text is too long")

// Build writes a PDF/A-1b file; the same text gives the same bytes.
func Build(t Text) ([]byte, error) {
	size := len(t.Title) + len(t.Author)
	for _, line := range t.Lines {
		size += len(line)
	}
	if size > maxText {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrTooLong, size, maxText)
	}

	f, err := newFace()
	if err != nil {
		return nil, fmt.Errorf("pdfa: font: %w", err)
	}
	pages, err := paginate(f, t)
	if err != nil {
		return nil, err
	}
	b, err := write(f, t, pages)
	if err != nil {
		return nil, fmt.Errorf("pdfa: write: %w", err)
	}
	return b, nil
}

package mssante

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/cda"
	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/store"
	"github.com/segursim/segursim/internal/xdm"
	"github.com/segursim/segursim/mocks/mssante/mailbox"
)

// file sends bytes that came from a message: always as a file to keep, never as a
// page, whatever they say that they are.
func file(c echo.Context, name, media string, b []byte) error {
	switch media {
	case "application/pdf", "application/zip", "message/rfc822":
	case "text/csv", "application/json":
		media += "; charset=utf-8"
	default:
		media = "application/octet-stream"
	}
	h := c.Response().Header()
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": plainName(name)}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "no-store")
	return c.Blob(http.StatusOK, media, b)
}

// raw are the bytes of the message that a request names: bal, folder, message.
func (p *panel) raw(c echo.Context) (b []byte, m mailbox.Message, err error) {
	address, folder := strings.ToLower(c.QueryParam("bal")), cmpOr(c.QueryParam("folder"), mailbox.Inbox)
	err = p.s.world.Store.View(func(tx *store.Txn) error {
		f, ok := p.s.mail.Folder(tx, address, folder)
		if !ok {
			return echo.ErrNotFound
		}
		if m, ok = p.s.mail.Message(tx, f.ID, uidOf(c.QueryParam("message"))); !ok {
			return echo.ErrNotFound
		}
		var err error
		b, err = p.s.mail.Raw(tx, m)
		return err
	})
	return b, m, err
}

// parsedOf is the message that a request names, read.
func (p *panel) parsedOf(c echo.Context) (*message.Message, error) {
	b, _, err := p.raw(c)
	if err != nil {
		return nil, err
	}
	m, err := message.Parse(b)
	if err != nil {
		return nil, echo.ErrNotFound
	}
	return m, nil
}

func (p *panel) mailSource(c echo.Context) error {
	b, m, err := p.raw(c)
	if err != nil {
		return err
	}
	return file(c, "message-"+uidText(m.UID)+".eml", "message/rfc822", b)
}

// mailPiece is an attachment, by its number.
func (p *panel) mailPiece(c echo.Context) error {
	m, err := p.parsedOf(c)
	if err != nil {
		return err
	}
	files := m.Attachments()
	n, err := strconv.Atoi(c.QueryParam("n"))
	if err != nil || n < 0 || n >= len(files) {
		return echo.ErrNotFound
	}
	b, _ := files[n].Decode() // what could be read
	return file(c, cmpOr(files[n].Filename, "sans-nom"), files[n].MediaType, b)
}

// opened is the archive of the message that a request names.
func (p *panel) opened(c echo.Context) (*xdm.Archive, error) {
	m, err := p.parsedOf(c)
	if err != nil {
		return nil, err
	}
	zip := archiveOf(m)
	if zip == nil {
		return nil, echo.ErrNotFound
	}
	a, err := xdm.Read(zip, xdm.Limits{})
	if err != nil {
		return nil, echo.ErrNotFound
	}
	return a, nil
}

// mailArchive is a file of the archive, by its number.
func (p *panel) mailArchive(c echo.Context) error {
	a, err := p.opened(c)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(c.QueryParam("n"))
	if err != nil || n < 0 || n >= len(a.Files) {
		return echo.ErrNotFound
	}
	return file(c, a.Files[n].Name, mediaType(a.Files[n].Name), a.Files[n].Content)
}

// mailPDF is the PDF inside a CDA document of the archive.
func (p *panel) mailPDF(c echo.Context) error {
	a, err := p.opened(c)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(c.QueryParam("n"))
	if err != nil || n < 0 || n >= len(a.Files) {
		return echo.ErrNotFound
	}
	doc, err := cda.Parse(a.Files[n].Content)
	if err != nil || len(doc.PDF) == 0 {
		return echo.ErrNotFound
	}
	return file(c, strings.TrimSuffix(plainName(a.Files[n].Name), ".XML")+".pdf", "application/pdf", doc.PDF)
}

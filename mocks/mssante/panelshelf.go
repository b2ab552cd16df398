package mssante

import (
	"fmt"
	"io"
	"mime/multipart"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/labstack/echo/v4"

	"github.com/segursim/segursim/internal/message"
	"github.com/segursim/segursim/internal/sim"
)

// shelf keeps the files of a message that is being written from one page to the next:
// a browser does not send a file again by itself. The oldest make room.
type shelf struct {
	mu    sync.Mutex
	last  int
	files []shelved
	size  int64
}

type shelved struct {
	ID, Name, Type string
	Content        []byte
}

// Bounds of the shelf.
const (
	maxShelved    = 64
	maxShelfBytes = 96 << 20
)

func (h *shelf) put(f shelved) shelved {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last++
	f.ID = strconv.Itoa(h.last)
	h.files = append(h.files, f)
	h.size += int64(len(f.Content))
	for len(h.files) > 1 && (len(h.files) > maxShelved || h.size > maxShelfBytes) {
		h.size -= int64(len(h.files[0].Content))
		h.files[0] = shelved{}
		h.files = h.files[1:]
	}
	return f
}

func (h *shelf) get(id string) (shelved, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	i := slices.IndexFunc(h.files, func(f shelved) bool { return f.ID == id })
	if i < 0 {
		return shelved{}, false
	}
	return h.files[i], true
}

// uploaded are the files of a form's field.
func uploaded(c echo.Context, field string) ([]message.Attachment, *sim.Error) {
	form, err := c.MultipartForm()
	if err != nil {
		return nil, nil // a form without files
	}
	var out []message.Attachment
	for _, h := range form.File[field] {
		if h.Filename == "" && h.Size == 0 {
			continue
		}
		if len(out) >= maxFiles {
			return nil, actionError(sim.BadRequest, "bad-attachment", fmt.Sprintf("plus de %d fichiers", maxFiles), fmt.Sprintf("more than %d files", maxFiles))
		}
		b, err := fileContent(h)
		if err != nil {
			return nil, actionError(sim.BadRequest, "bad-attachment", "le fichier « "+plainName(h.Filename)+" » ne se lit pas", "the file “"+plainName(h.Filename)+"” cannot be read")
		}
		name := plainName(h.Filename)
		out = append(out, message.Attachment{Name: name, MediaType: mediaType(name), Content: b})
	}
	return out, nil
}

func fileContent(h *multipart.FileHeader) ([]byte, error) {
	f, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, maxUpload))
}

// plainName is a file name without folders, controls and what turns text around.
func plainName(s string) string {
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		s = s[i+1:]
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`"<>|:*?`, r) {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(s, "_"))
	s = strings.Trim(s, ". ")
	if r := []rune(s); len(r) > 120 {
		s = string(r[len(r)-120:])
	}
	if s == "" {
		return "fichier"
	}
	return s
}

package edge

import (
	"log/slog"
	"net/http"
	"time"
)

// NewServer returns an http.Server for a Listener: bounded heads, bounded
// waiting for a head, HTTP/1.1 only.
func NewServer(h http.Handler, log *slog.Logger) *http.Server {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	return &http.Server{
		Handler:           h,
		Protocols:         p,
		ConnContext:       ConnContext,
		ReadHeaderTimeout: 30 * time.Second,
		IdleTimeout:       5 * time.Minute,
		MaxHeaderBytes:    MaxHead,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

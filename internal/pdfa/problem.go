package pdfa

// A Problem is why a file is no PDF/A-1.
type Problem struct {
	// Code is stable: "not-pdf", "no-xmp", "no-pdfaid", "part", "conformance",
	// "no-output-intent", "encrypted", "script", "font-not-embedded", "truncated";
	// and, rarer, "metadata-filter" (compressed metadata), "xref-stream" (a
	// cross-reference or object stream), "no-id", "transparency", "lzw",
	// "embedded-file", "action" (Launch, Sound, Movie…), "limit" (more objects or
	// data than are read).
	Code string
	Text string // in English
}

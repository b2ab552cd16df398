package soap

// Limits bound a message. A zero field means its default.
type Limits struct {
	Bytes int64 // of the whole message: 1 MiB
	Depth int   // of elements: 64
	Nodes int   // elements, attributes, texts and comments: 20000
}

// The defaults.
const (
	DefaultBytes = 1 << 20
	DefaultDepth = 64
	DefaultNodes = 20000
)

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = DefaultBytes
	}
	if l.Depth <= 0 {
		l.Depth = DefaultDepth
	}
	if l.Nodes <= 0 {
		l.Nodes = DefaultNodes
	}
	return l
}

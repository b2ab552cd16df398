package wire

import (
	"crypto/tls"

	"github.com/segursim/segursim/internal/sim"
)

// TLS returns the configuration of the mail listeners: the world's, with the suites
// of [Suites] for TLS 1.2. Each call of what it returns makes a copy.
func TLS(w *sim.World) func() *tls.Config {
	return func() *tls.Config {
		conf := w.ServerTLS()
		conf.CipherSuites = Suites()
		return conf
	}
}

// Suites are the cipher suites of TLS 1.2 that REM MSS/CONF.03 (ECO.1.1.3) allows,
// as far as Go has them: 0xC030, 0xC02F and 0xC027. Go lacks the three others of the
// list (0xC028, 0x009F, 0x009E), so that a client which offers those alone is
// refused here and would not be there. Those of TLS 1.3 cannot be chosen in Go: its
// three are all offered, which the requirement (TLS 1.2 or better, ECO.1.1.1) does
// not rule out.
func Suites() []uint16 {
	return []uint16{
		tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
	}
}

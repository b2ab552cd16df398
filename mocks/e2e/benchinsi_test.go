//go:build linux

package e2e_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// searchTraits is a search for an official test identity, as a client of the
// public package sends it.
const searchTraits = `<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing">` +
	`<soap:Header><wsa:Action>urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite</wsa:Action>` +
	`<wsa:MessageID>uuid:0d4f3b0e-6a52-4f61-9d5e-2a1f7f3f1b11</wsa:MessageID>` +
	`<bam:ContexteBAM xmlns:bam="urn:siram:bam:ctxbam" Version="01_02"><bam:Id>1</bam:Id><bam:Temps>%[1]s</bam:Temps><bam:COUVERTURE/></bam:ContexteBAM>` +
	`<lps:ContexteLPS xmlns:lps="urn:siram:lps:ctxlps" Version="01_00"><lps:Id>1</lps:Id><lps:Temps>%[1]s</lps:Temps>` +
	`<lps:LPS><lps:IDAM R="4">TESTSGIE0000</lps:IDAM><lps:Version>1</lps:Version><lps:Instance>b</lps:Instance><lps:Nom>urn:lps:essai:1</lps:Nom></lps:LPS></lps:ContexteLPS>` +
	`</soap:Header><soap:Body><i:RECSANSVITALE xmlns:i="http://www.cnamts.fr/INSiRecSans"><i:NomNaissance>ADRUN</i:NomNaissance>` +
	`<i:Prenom>ZOE</i:Prenom><i:Sexe>F</i:Sexe><i:DateNaissance>1975-12-31</i:DateNaissance></i:RECSANSVITALE></soap:Body></soap:Envelope>`

// cpuTime is the processor time of the process so far: fields 14 and 15 of
// /proc/PID/stat, in hundredths of a second.
func (p *process) cpuTime(b *testing.B) time.Duration {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var ticks int64
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// fetch reads a file of the control API.
func (p *process) fetch(b *testing.B, path string) []byte {
	b.Helper()
	res, err := http.Get(p.control + path)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		b.Fatalf("%s: %d %v %s", path, res.StatusCode, err, out)
	}
	return out
}

// BenchmarkINSi is a trait search over mutual TLS, kept alive, on bases of several
// sizes. The simulator is a process of its own: its processor time is without the
// client's.
func BenchmarkINSi(b *testing.B) {
	bin, pki := build(b), b.TempDir()
	for _, size := range []int{0, 100_000, 1_000_000} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			ports := freePorts(b)
			p := launch(b, bin, pki, ports)
			defer p.stop(b)
			own := p.fetch(b, "/api/certs/insi-auto.pem")
			cert, err := tls.X509KeyPair(own, own)
			if err != nil {
				b.Fatal(err)
			}
			roots := x509.NewCertPool()
			for rest := p.fetch(b, "/api/certs/ca.pem"); ; {
				var block *pem.Block
				if block, rest = pem.Decode(rest); block == nil {
					break
				}
				if c, err := x509.ParseCertificate(block.Bytes); err == nil {
					roots.AddCert(c)
				}
			}
			if size > 0 {
				res, err := http.Post(p.control+"/api/actions/insi/generate-identities", "application/json",
					strings.NewReader(fmt.Sprintf(`{"count":%d,"seed":"banc"}`, size)))
				if err != nil || res.StatusCode != http.StatusOK {
					b.Fatalf("generate: %v %v", res, err)
				}
				_ = res.Body.Close()
			}
			w := dialAt(b, "127.0.0.1:"+strconv.Itoa(ports[0]), &tls.Config{
				RootCAs: roots, Certificates: []tls.Certificate{cert}, ServerName: "localhost", MinVersion: tls.VersionTLS12,
			})
			body := fmt.Sprintf(searchTraits, time.Now().UTC().Format(time.RFC3339))
			request := fmt.Appendf(nil, "POST /lps HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/soap+xml; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
			for range 200 { // the first ones pay for what is made once
				if status := w.ask(b, request); status != http.StatusOK {
					b.Fatalf("status %d: %s", status, w.body)
				}
			}
			before := p.cpuTime(b)
			b.ResetTimer()
			for range b.N {
				w.ask(b, request)
			}
			b.StopTimer()
			b.ReportMetric(float64((p.cpuTime(b)-before).Microseconds())/float64(b.N), "server-cpu-µs/op")
			b.ReportMetric(mib(p.memory(b, "VmRSS")), "rss-MiB")
		})
	}
}

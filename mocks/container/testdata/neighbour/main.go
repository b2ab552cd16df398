// Command neighbour is what a container beside the simulator does: it asks one
// address with the simulator's CA as its only trust, and writes the answer.
//
//	CA_PEM=… neighbour https://auth.bas.psc.esante.gouv.fr/…
//
// It exits 0 for a 200, and 1 for anything else. State: none.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

func main() {
	if err := ask(os.Args[1], os.Getenv("CA_PEM"), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "neighbour:", err)
		os.Exit(1)
	}
}

func ask(url, ca string, to io.Writer) error {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(ca)) {
		return fmt.Errorf("CA_PEM holds no certificate")
	}
	client := &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}},
	}

	answer, err := client.Get(url)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, answer.Status)
	}
	_, err = io.Copy(to, answer.Body)
	return err
}

package psc

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/segursim/segursim/internal/jose"
	"github.com/segursim/segursim/internal/store"
)

// The symmetric keys.
const (
	secretRefresh = "refresh"
	secretCIBA    = "ciba"
)

// keyName is a signing key's name in the PKI.
func keyName(rl realm, n int) string { return keyPrefix(rl) + strconv.Itoa(n) }

func keyPrefix(rl realm) string { return "psc-" + rl.name + "-" }

// publicKey is a key of a realm with what identifies it.
type publicKey struct {
	name   string
	kid    string
	signer crypto.Signer
}

// keys returns the realm's published keys, the signing one first.
func (s *Service) keys(rl realm) ([]publicKey, error) {
	var rows []signingKey
	_ = s.world.Store.View(func(tx *store.Txn) error {
		rows = slices.Collect(signingKeys.Find(tx, "realm", rl.name))
		return nil
	})
	slices.SortStableFunc(rows, func(a, b signingKey) int {
		switch {
		case a.Passive != b.Passive && a.Passive:
			return 1
		case a.Passive != b.Passive:
			return -1
		}
		return b.Created.Compare(a.Created)
	})
	out := make([]publicKey, 0, len(rows))
	for _, row := range rows {
		signer, err := s.world.PKI.SigningKey(row.ID)
		if err != nil {
			return nil, fmt.Errorf("psc: key %s: %w", row.ID, err)
		}
		der, err := x509.MarshalPKIXPublicKey(signer.Public())
		if err != nil {
			return nil, fmt.Errorf("psc: key %s: %w", row.ID, err)
		}
		out = append(out, publicKey{name: row.ID, kid: jose.KeyID(der), signer: signer})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("psc: realm %s has no key", rl.name)
	}
	return out, nil
}

// sign returns the claims as an RS256 JWS under the realm's signing key.
func (s *Service) sign(rl realm, claims jose.Claims) (string, error) {
	ks, err := s.keys(rl)
	if err != nil {
		return "", err
	}
	return jose.SignRS256(ks[0].signer, jose.Spaced, ks[0].kid, claims)
}

// secret returns a symmetric key.
func (s *Service) secret(name string) secretKey {
	var k secretKey
	_ = s.world.Store.View(func(tx *store.Txn) error {
		k, _ = secretKeys.Get(tx, name)
		return nil
	})
	return k
}

// rotate gives a realm a new signing key. The former ones stay published, and
// verify, unless drop says that they are gone.
func (s *Service) rotate(rl realm, drop bool) (string, error) {
	n := 1 // one more than the highest number: a dropped key never comes back
	if err := s.world.Store.View(func(tx *store.Txn) error {
		for k := range signingKeys.Find(tx, "realm", rl.name) {
			if i, err := strconv.Atoi(strings.TrimPrefix(k.ID, keyPrefix(rl))); err == nil {
				n = max(n, i+1)
			}
		}
		return nil
	}); err != nil {
		return "", err
	}
	name := keyName(rl, n)
	if _, err := s.world.PKI.SigningKey(name); err != nil {
		return "", fmt.Errorf("psc: rotate: %w", err)
	}
	err := s.world.Store.Update(func(tx *store.Txn) error {
		for _, k := range slices.Collect(signingKeys.Find(tx, "realm", rl.name)) {
			if drop {
				if _, err := signingKeys.Delete(tx, k.ID); err != nil {
					return err
				}
				continue
			}
			k.Passive = true
			if err := signingKeys.Put(tx, k); err != nil {
				return err
			}
		}
		return signingKeys.Put(tx, signingKey{ID: name, Realm: rl.name, Created: s.now()})
	})
	return name, err
}

// certificate returns the self-signed certificate that goes with a published
// key: Keycloak gives each key one, named after the realm.
func (s *Service) certificate(rl realm, k publicKey) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if der, ok := s.x5c[k.kid]; ok {
		return der, nil
	}
	from := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	pub := k.signer.Public().(*rsa.PublicKey)
	t := &x509.Certificate{
		SerialNumber: new(big.Int).Rsh(pub.N, uint(pub.N.BitLen()-48)),
		Subject:      pkix.Name{CommonName: rl.name + " TEST SEGURSIM"},
		NotBefore:    from, NotAfter: from.AddDate(10, 0, 0),
		SignatureAlgorithm: x509.SHA256WithRSA,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, pub, k.signer)
	if err != nil {
		return nil, fmt.Errorf("psc: certificate of key %s: %w", k.name, err)
	}
	s.x5c[k.kid] = der
	return der, nil
}

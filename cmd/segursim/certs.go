package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"text/tabwriter"
)

// certsCmd holds the commands about certificates.
type certsCmd struct {
	List   certsListCmd   `cmd:"" help:"List the certificates that can be had."`
	Export certsExportCmd `cmd:"" help:"Write a certificate with its key, or the authorities (profile ca)."`
}

// certsListCmd lists.
type certsListCmd struct {
	target
	language
}

// Run prints name, what is wrong with it on purpose, title.
func (cmd *certsListCmd) Run(t *terminal) error {
	return cmd.with(t, func(c *client) error {
		var doc struct {
			Profiles []struct {
				Name, Defect string
				Title        text
			}
		}
		if err := c.get(t.ctx, "/api/certs", &doc); err != nil {
			return err
		}
		lang := cmd.pick(t)
		w := tabwriter.NewWriter(t.stdout, 0, 0, 2, ' ', 0)
		for _, p := range doc.Profiles {
			fmt.Fprintf(w, "%s\t%s\t%s\n", p.Name, p.Defect, in(lang, p.Title.FR, p.Title.EN))
		}
		return w.Flush()
	})
}

// certsExportCmd exports.
type certsExportCmd struct {
	Profile  string  `arg:"" help:"A name that certs list shows, or ca."`
	Format   string  `enum:"pem,p12,jks" default:"pem" help:"pem (default), p12 or jks."`
	Password *string `placeholder:"WORD" help:"Of a p12 or jks file (default changeit)."`
	Out      string  `short:"o" placeholder:"FILE" help:"Where to write it; by default the standard output."`
	target
}

// Run writes the file, for its owner only: it holds a private key.
func (cmd *certsExportCmd) Run(t *terminal) error {
	if cmd.Password != nil && cmd.Format == "pem" {
		return usage(errors.New("--password: a pem file has none"))
	}
	return cmd.withServe(t, func(c *client) error {
		if c.own != nil && !c.kept {
			return usage(errors.New("certs export: no PKI is kept here, so no running simulator would know this certificate; " +
				"say --control URL, or --pki-dir DIR"))
		}
		path := "/api/certs/" + url.PathEscape(cmd.Profile) + "." + cmd.Format
		if cmd.Password != nil {
			path += "?password=" + url.QueryEscape(*cmd.Password)
		}
		b, err := c.call(t.ctx, http.MethodGet, path, nil)
		var r *refusal
		switch {
		case errors.As(err, &r) && r.Status == http.StatusBadRequest:
			return usage(err)
		case err != nil:
			return err
		case cmd.Out == "" || cmd.Out == "-":
			_, err = t.stdout.Write(b)
			return err
		}
		return writePrivate(cmd.Out, b)
	})
}

// writePrivate writes a file whole or not at all, readable by its owner only.
func writePrivate(path string, b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".segursim-*") // 0600
	if err != nil {
		return usage(err)
	}
	_, werr := f.Write(b)
	if err := errors.Join(werr, f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

package mss

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/emersion/go-smtp"
)

// An Outbox is an open submission session. It belongs to one goroutine.
type Outbox struct {
	client *smtp.Client
	conn   net.Conn
	bal    string
}

// Outbox opens a submission session: TLS by STARTTLS, then authentication
// (MSS/CONF.05, MSS/CONF.07). A refused token is a *TokenError.
func (a *Account) Outbox(ctx context.Context) (*Outbox, error) {
	conn, conf, err := a.dial(ctx, a.Servers.SMTP)
	if err != nil {
		return nil, err
	}
	stop := guard(ctx, conn)
	defer stop()
	c, err := smtp.NewClientStartTLS(conn, conf)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("mss: SMTP: %w", err), ctx.Err())
	}
	o := &Outbox{client: c, conn: conn, bal: a.BAL}
	if err := a.prove(ctx, o); err != nil {
		_ = o.Close()
		return nil, err
	}
	return o, nil
}

func (a *Account) prove(ctx context.Context, o *Outbox) error {
	m, err := a.mechanism(ctx)
	if err != nil {
		return err
	}
	if name, _, _ := m.Start(); !o.client.SupportsAuth(name) {
		if err := o.client.Noop(); err != nil { // the handshake has failed, or the greeting
			return fmt.Errorf("mss: SMTP: %w", err)
		}
		return fmt.Errorf("mss: SMTP: the server does not offer %s", name)
	}
	err = o.client.Auth(m)
	if x, ok := m.(*XOAUTH2); ok && err != nil && x.Refused() != nil {
		return x.Refused() // a real server drops the connection after saying so
	}
	if err != nil {
		return fmt.Errorf("mss: SMTP: %w", err)
	}
	return nil
}

// An Envelope is who a message goes from and to.
type Envelope struct {
	// Null sends with the null return path, as receipts go (RFC 8098 §3).
	Null bool
	To   []string
	// Report asks for a report of delivery and of failure (RFC 3461).
	Report bool
}

// Send submits a message.
func (o *Outbox) Send(ctx context.Context, e Envelope, raw []byte) error {
	stop := guard(ctx, o.conn)
	defer stop()
	if err := o.send(e, raw); err != nil {
		return errors.Join(fmt.Errorf("mss: SMTP: %w", err), ctx.Err())
	}
	return nil
}

func (o *Outbox) send(e Envelope, raw []byte) error {
	from := o.bal
	if e.Null {
		from = ""
	}
	opt := &smtp.MailOptions{Size: int64(len(raw))}
	_, dsn := extension(o.client, "DSN")
	if _, ok := extension(o.client, "SIZE"); !ok {
		opt.Size = 0
	}
	if e.Report && dsn {
		opt.Return = smtp.DSNReturnHeaders
	}
	if err := o.client.Mail(from, opt); err != nil {
		return err
	}
	for _, to := range e.To {
		ro := &smtp.RcptOptions{}
		if e.Report && dsn {
			ro.Notify = []smtp.DSNNotify{smtp.DSNNotifySuccess, smtp.DSNNotifyFailure}
		}
		if err := o.client.Rcpt(to, ro); err != nil {
			return errors.Join(err, o.client.Reset())
		}
	}
	w, err := o.client.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(raw); err != nil {
		return err
	}
	return w.Close()
}

func extension(c *smtp.Client, name string) (param string, ok bool) {
	ok, param = c.Extension(name)
	return param, ok
}

// Close ends the session.
func (o *Outbox) Close() error {
	if err := o.client.Quit(); err != nil {
		return o.client.Close()
	}
	return nil
}

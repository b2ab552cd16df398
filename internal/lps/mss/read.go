package mss

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// An Inbox is an open reading session. It belongs to one goroutine.
type Inbox struct {
	client *imapclient.Client
	conn   net.Conn
	news   chan struct{} // one waiting
}

// Inbox opens a reading session: TLS by STARTTLS, then authentication (MSS/CONF.06,
// MSS/CONF.07). A refused token is a *TokenError.
func (a *Account) Inbox(ctx context.Context) (*Inbox, error) {
	conn, conf, err := a.dial(ctx, a.Servers.IMAP)
	if err != nil {
		return nil, err
	}
	stop := guard(ctx, conn)
	defer stop()
	in := &Inbox{conn: conn, news: make(chan struct{}, 1)}
	in.client, err = imapclient.NewStartTLS(conn, &imapclient.Options{TLSConfig: conf, UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(d *imapclient.UnilateralDataMailbox) {
			if d.NumMessages == nil {
				return
			}
			select {
			case in.news <- struct{}{}:
			default:
			}
		},
	}})
	if err != nil {
		_ = conn.Close()
		return nil, failed(ctx, err)
	}
	if err := a.authenticate(ctx, in); err != nil {
		_ = in.client.Close()
		return nil, err
	}
	return in, nil
}

func (a *Account) authenticate(ctx context.Context, in *Inbox) error {
	m, err := a.mechanism(ctx)
	if err != nil {
		return err
	}
	err = in.client.Authenticate(m)
	if x, ok := m.(*XOAUTH2); ok && err != nil && x.Refused() != nil {
		return x.Refused()
	}
	return failed(ctx, err)
}

// failed names the protocol in an error, and why the context ended, if it has.
func failed(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	return errors.Join(fmt.Errorf("mss: IMAP: %w", err), ctx.Err())
}

// Close ends the session.
func (in *Inbox) Close() error {
	select {
	case <-in.client.Closed():
		return nil
	default:
	}
	err := in.client.Logout().Wait()
	if closed := in.client.Close(); err == nil && !errors.Is(closed, net.ErrClosed) {
		err = closed
	}
	return err
}

// Ended is closed when the server has ended the session.
func (in *Inbox) Ended() <-chan struct{} { return in.client.Closed() }

// Select opens a folder and gives the number of its messages.
func (in *Inbox) Select(ctx context.Context, folder string) (int, error) {
	defer guard(ctx, in.conn)()
	data, err := in.client.Select(folder, nil).Wait()
	if err != nil {
		return 0, failed(ctx, err)
	}
	return int(data.NumMessages), nil
}

// Sent is the folder of what was sent: by its special use (RFC 6154), else "Sent".
func (in *Inbox) Sent(ctx context.Context) (string, error) {
	defer guard(ctx, in.conn)()
	list, err := in.client.List("", "*", nil).Collect()
	if err != nil {
		return "", failed(ctx, err)
	}
	for _, d := range list {
		if slices.Contains(d.Attrs, imap.MailboxAttrSent) {
			return d.Mailbox, nil
		}
	}
	return "Sent", nil
}

// Append puts a message into a folder, as read.
func (in *Inbox) Append(ctx context.Context, folder string, raw []byte, at time.Time) error {
	defer guard(ctx, in.conn)()
	cmd := in.client.Append(folder, int64(len(raw)), &imap.AppendOptions{Flags: []imap.Flag{imap.FlagSeen}, Time: at})
	_, err := cmd.Write(raw)
	if closed := cmd.Close(); err == nil {
		err = closed
	}
	if _, waited := cmd.Wait(); err == nil {
		err = waited
	}
	return failed(ctx, err)
}

// Flag adds flags to messages: `\Seen`, `$MDNSent`.
func (in *Inbox) Flag(ctx context.Context, uid uint32, flags ...string) error {
	defer guard(ctx, in.conn)()
	set := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true}
	for _, f := range flags {
		set.Flags = append(set.Flags, imap.Flag(f))
	}
	return failed(ctx, in.client.Store(imap.UIDSetNum(imap.UID(uid)), set, nil).Close())
}

// Move moves a message of the open folder to another.
func (in *Inbox) Move(ctx context.Context, uid uint32, folder string) error {
	defer guard(ctx, in.conn)()
	_, err := in.client.Move(imap.UIDSetNum(imap.UID(uid)), folder).Wait()
	return failed(ctx, err)
}

// Noop takes the news.
func (in *Inbox) Noop(ctx context.Context) error {
	defer guard(ctx, in.conn)()
	return failed(ctx, in.client.Noop().Wait())
}

// Idle waits for a change in the number of messages of the open folder, or for the
// end of the context, which is then no error, or of the session, which is one.
func (in *Inbox) Idle(ctx context.Context) error {
	select {
	case <-in.news: // of before
	default:
	}
	cmd, err := in.client.Idle()
	if err != nil {
		return failed(ctx, err)
	}
	select {
	case <-in.news:
	case <-ctx.Done():
	case <-in.client.Closed():
		_ = cmd.Close()
		return fmt.Errorf("mss: IMAP: %w", net.ErrClosed)
	}
	if err := cmd.Close(); err != nil {
		return failed(context.WithoutCancel(ctx), err)
	}
	return failed(context.WithoutCancel(ctx), cmd.Wait())
}

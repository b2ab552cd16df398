package reading_test

import (
	"bytes"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
	"github.com/google/go-cmp/cmp"

	"github.com/segursim/segursim/mocks/mssante/auth"
)

// The tests of go-imap's own client suite (imapclient/*_test.go of v2.0.0-beta.8), in
// our words and against this server, whose BAL holds more folders than theirs:
//
//	acl_test           TestACL: ACL is not offered, there as here: it is skipped there
//	append_test        TestClientAppend, which also reads the message back
//	authenticate_test  TestClientAuthenticate, with PLAIN beside a certificate
//	client_test        TestClientLogin, TestClientLogout, TestClientFetchInvalid,
//	                   TestClientFetchUnreadBody; WaitGreeting of a server that says
//	                   nothing is a test of the client alone
//	connection_test    TestClientClosed
//	create_test        TestClientCreate: plain, UTF-7, UTF-8, ampersands
//	enable             within create_test
//	expunge_test       TestClientExpunge
//	fetch_test         TestClientFetch
//	idle_test          TestClientIdle, TestClientIdleClosed, with real updates
//	list_test          TestClientList
//	search_test        TestClientSearch, TestClientESearch
//	select_test        TestClientSelect
//	starttls_test      TestClientStartTLS
//	status_test        TestClientStatus
//	store_test         TestClientStore
//
// Beyond their suite: MOVE, COPY, NAMESPACE, QUOTA, ID, SORT, THREAD, BINARY, by the same
// client.

// xoauth2Client is the client's side of XOAUTH2, which go-sasl has not.
type xoauth2Client struct{ box, token string }

func (c xoauth2Client) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + c.box + "\x01auth=Bearer " + c.token + "\x01\x01"), nil
}
func (c xoauth2Client) Next([]byte) ([]byte, error) { return []byte{}, nil }

const theirs = "MIME-Version: 1.0\r\nMessage-Id: <191101702316132@example.com>\r\nContent-Transfer-Encoding: 8bit\r\n" +
	"Content-Type: text/plain; charset=utf-8\r\n\r\nThis is my letter!"

// client opens a connection by STARTTLS with one message in INBOX, in a state.
func client(t *testing.T, state imap.ConnState, options imapclient.Options) (*bench, *imapclient.Client) {
	t.Helper()
	b := start(t, func(h *house) { h.mechanisms = []string{auth.XOAUTH2, auth.Plain} })
	b.put("INBOX", theirs)
	options.TLSConfig = b.tls
	c, err := imapclient.DialStartTLS(b.addr("imap"), &options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if state >= imap.ConnStateAuthenticated {
		if err := c.Authenticate(xoauth2Client{bal, token}); err != nil {
			t.Fatal(err)
		}
	}
	if state >= imap.ConnStateSelected {
		if _, err := c.Select("INBOX", nil).Wait(); err != nil {
			t.Fatal(err)
		}
	}
	return b, c
}

func TestClientStartTLS(t *testing.T) {
	_, c := client(t, imap.ConnStateNotAuthenticated, imapclient.Options{})
	if err := c.Noop().Wait(); err != nil {
		t.Fatal(err)
	}
	if caps := c.Caps(); !caps.Has("AUTH=XOAUTH2") || caps.Has(imap.CapStartTLS) {
		t.Errorf("capabilities %v", caps)
	}
}

func TestClientAuthenticate(t *testing.T) {
	_, c := client(t, imap.ConnStateNotAuthenticated, imapclient.Options{})
	if err := c.Authenticate(xoauth2Client{bal, "expired"}); err == nil || !strings.Contains(err.Error(), "AUTHENTICATIONFAILED") {
		t.Errorf("an expired token: %v", err)
	}
	if err := c.Authenticate(sasl.NewPlainClient("", "app.dpi@medecin.segursim.test", "")); err != nil {
		t.Fatal(err)
	}
	if s := c.State(); s != imap.ConnStateAuthenticated {
		t.Errorf("state %v", s)
	}
}

func TestClientLogin(t *testing.T) {
	_, c := client(t, imap.ConnStateNotAuthenticated, imapclient.Options{})
	if err := c.Login("app.dpi@medecin.segursim.test", "x").Wait(); err != nil {
		t.Error(err)
	}
}

func TestClientLogout(t *testing.T) {
	_, c := client(t, imap.ConnStateAuthenticated, imapclient.Options{})
	if err := c.Logout().Wait(); err != nil {
		t.Error(err)
	}
	if err := c.Close(); err != nil && !strings.Contains(err.Error(), "closed") {
		t.Error(err)
	}
}

func TestClientFetchInvalid(t *testing.T) {
	_, c := client(t, imap.ConnStateSelected, imapclient.Options{})
	if _, err := c.Fetch(imap.UIDSet(nil), nil).Collect(); err == nil {
		t.Error("an empty set is fetched")
	}
}

func TestClientFetchUnreadBody(t *testing.T) {
	_, c := client(t, imap.ConnStateSelected, imapclient.Options{})
	f := c.Fetch(imap.SeqSetNum(1), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{{Peek: true}}})
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestClientClosed(t *testing.T) {
	_, c := client(t, imap.ConnStateAuthenticated, imapclient.Options{})
	select {
	case <-c.Closed():
		t.Fatal("closed already")
	default:
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-c.Closed():
	case <-time.After(5 * time.Second):
		t.Error("not closed")
	}
}

func TestClientAppend(t *testing.T) {
	_, c := client(t, imap.ConnStateSelected, imapclient.Options{})
	for _, body := range []string{"This is a test message.", letter("Grand", strings.Repeat("ligne\r\n", 100_000))} {
		a := c.Append("INBOX", int64(len(body)), &imap.AppendOptions{Flags: []imap.Flag{imap.FlagSeen}})
		if _, err := a.Write([]byte(body)); err != nil {
			t.Fatal(err)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		data, err := a.Wait()
		if err != nil {
			t.Fatal(err)
		}
		whole := &imap.FetchItemBodySection{}
		msgs, err := c.Fetch(imap.UIDSetNum(data.UID), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{whole}, Flags: true}).Collect()
		if err != nil || len(msgs) != 1 {
			t.Fatal(msgs, err)
		}
		if got := string(msgs[0].FindBodySection(whole)); got != body {
			t.Errorf("%d bytes came back of %d", len(got), len(body))
		}
		if !slices.Contains(msgs[0].Flags, imap.FlagSeen) {
			t.Errorf("flags %v", msgs[0].Flags)
		}
	}
}

func TestClientCreate(t *testing.T) {
	for _, c := range []struct {
		name, box string
		utf8      bool
	}{
		{"plain", "Test mailbox", false},
		{"UTF-7", "Cafè", false},
		{"UTF-8", "Cafè", true},
		{"ampersand, UTF-7", "Angus & Julia", false},
		{"ampersand, UTF-8", "Angus & Julia", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, cl := client(t, imap.ConnStateAuthenticated, imapclient.Options{})
			if c.utf8 {
				data, err := cl.Enable(imap.CapUTF8Accept).Wait()
				if err != nil || !data.Caps.Has(imap.CapUTF8Accept) {
					t.Fatal(data, err)
				}
			}
			if err := cl.Create(c.box, nil).Wait(); err != nil {
				t.Fatal(err)
			}
			boxes, err := cl.List("", c.box, nil).Collect()
			if err != nil || len(boxes) != 1 || boxes[0].Mailbox != c.box {
				t.Errorf("%v %v", boxes, err)
			}
			if _, err := cl.Select(c.box, nil).Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestClientExpunge(t *testing.T) {
	_, c := client(t, imap.ConnStateSelected, imapclient.Options{})
	if seqs, err := c.Expunge().Collect(); err != nil || len(seqs) != 0 {
		t.Fatal(seqs, err)
	}
	if err := c.Store(imap.SeqSetNum(1), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close(); err != nil {
		t.Fatal(err)
	}
	if seqs, err := c.Expunge().Collect(); err != nil || !slices.Equal(seqs, []uint32{1}) {
		t.Error(seqs, err)
	}
}

func TestClientFetch(t *testing.T) {
	_, c := client(t, imap.ConnStateSelected, imapclient.Options{})
	whole := &imap.FetchItemBodySection{}
	msgs, err := c.Fetch(imap.SeqSetNum(1), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
	if err != nil || len(msgs) != 1 || len(msgs[0].BodySection) != 1 {
		t.Fatal(msgs, err)
	}
	if got := string(msgs[0].FindBodySection(whole)); got != theirs {
		t.Errorf("%q", got)
	}
}

func TestClientIdle(t *testing.T) {
	exists, gone := make(chan uint32, 4), make(chan uint32, 4)
	b, c := client(t, imap.ConnStateSelected, imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Expunge: func(seq uint32) { gone <- seq },
		Mailbox: func(d *imapclient.UnilateralDataMailbox) {
			if d.NumMessages != nil {
				exists <- *d.NumMessages
			}
		},
	}})
	idle, err := c.Idle()
	if err != nil {
		t.Fatal(err)
	}
	within := func(ch chan uint32, want uint32) {
		t.Helper()
		select {
		case got := <-ch:
			if got != want {
				t.Errorf("%d, want %d", got, want)
			}
		case <-time.After(10 * time.Second):
			t.Error("nothing came")
		}
	}
	b.put("INBOX", theirs)
	within(exists, 2)
	other := b.selected("INBOX")
	other.ok(`STORE 1 +FLAGS.SILENT (\Deleted)`)
	other.ok("EXPUNGE")
	within(gone, 1)
	if err := idle.Close(); err != nil {
		t.Error(err)
	}
	if err := idle.Wait(); err != nil {
		t.Error(err)
	}
	if err := c.Noop().Wait(); err != nil {
		t.Error(err)
	}
}

func TestClientIdleClosed(t *testing.T) {
	_, c := client(t, imap.ConnStateSelected, imapclient.Options{})
	idle, err := c.Idle()
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close() //nolint:errcheck // the connection is closed
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := idle.Wait(); err == nil {
		t.Error("IDLE ends well on a closed connection")
	}
}

func TestClientList(t *testing.T) {
	_, c := client(t, imap.ConnStateAuthenticated, imapclient.Options{})
	boxes, err := c.List("", "%", &imap.ListOptions{ReturnStatus: &imap.StatusOptions{NumMessages: true}}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range boxes {
		got = append(got, fmt.Sprintf("%s %c %v %d", b.Mailbox, b.Delim, b.Attrs, *b.Status.NumMessages))
	}
	want := []string{
		`INBOX / [\HasNoChildren] 1`, `Archive / [\HasNoChildren \Archive] 0`, `Drafts / [\HasNoChildren \Drafts] 0`,
		`Junk / [\HasNoChildren \Junk] 0`, `Sent / [\HasNoChildren \Sent] 0`, `Trash / [\HasNoChildren \Trash] 0`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func criteria() *imap.SearchCriteria {
	return &imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Message-Id", Value: "<191101702316132@example.com>"}}}
}

func TestClientSearch(t *testing.T) {
	_, c := client(t, imap.ConnStateSelected, imapclient.Options{})
	data, err := c.Search(criteria(), nil).Wait()
	if err != nil || !slices.Equal(data.AllSeqNums(), []uint32{1}) {
		t.Errorf("%+v %v", data, err)
	}
}

func TestClientESearch(t *testing.T) {
	_, c := client(t, imap.ConnStateSelected, imapclient.Options{})
	if !c.Caps().Has(imap.CapESearch) {
		t.Fatal("ESEARCH is not offered")
	}
	data, err := c.Search(criteria(), &imap.SearchOptions{ReturnCount: true}).Wait()
	if err != nil || data.Count != 1 {
		t.Errorf("%+v %v", data, err)
	}
}

func TestClientSelect(t *testing.T) {
	_, c := client(t, imap.ConnStateAuthenticated, imapclient.Options{})
	if data, err := c.Select("INBOX", nil).Wait(); err != nil || data.NumMessages != 1 {
		t.Errorf("%+v %v", data, err)
	}
}

func TestClientStatus(t *testing.T) {
	_, c := client(t, imap.ConnStateAuthenticated, imapclient.Options{})
	data, err := c.Status("INBOX", &imap.StatusOptions{NumMessages: true, NumUnseen: true}).Wait()
	if err != nil || data.Mailbox != "INBOX" || *data.NumMessages != 1 || *data.NumUnseen != 1 {
		t.Errorf("%+v %v", data, err)
	}
}

func TestClientStore(t *testing.T) {
	_, c := client(t, imap.ConnStateSelected, imapclient.Options{})
	msgs, err := c.Store(imap.SeqSetNum(1), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Collect()
	if err != nil || len(msgs) != 1 || msgs[0].SeqNum != 1 || !slices.Contains(msgs[0].Flags, imap.FlagDeleted) {
		t.Errorf("%+v %v", msgs, err)
	}
}

// TestClientBeyond is what their suite has not.
func TestClientBeyond(t *testing.T) {
	b, c := client(t, imap.ConnStateSelected, imapclient.Options{})
	b.put("INBOX", messages(t)["xdm.eml"])
	if err := c.Noop().Wait(); err != nil {
		t.Fatal(err)
	}
	if id, err := c.ID(&imap.IDData{Name: "test", Version: "1"}).Wait(); err != nil || id.Name != "segursim" {
		t.Errorf("ID: %+v %v", id, err)
	}
	if ns, err := c.Namespace().Wait(); err != nil || len(ns.Personal) != 1 || ns.Personal[0].Delim != '/' {
		t.Errorf("NAMESPACE: %+v %v", ns, err)
	}
	if q, err := c.GetQuotaRoot("INBOX").Wait(); err != nil || len(q) != 1 || q[0].Resources[imap.QuotaResourceStorage].Limit != 1<<20 {
		t.Errorf("QUOTA: %+v %v", q, err)
	}
	nums, err := c.Sort(&imapclient.SortOptions{
		SortCriteria: []imapclient.SortCriterion{{Key: imapclient.SortKeySize, Reverse: true}}, SearchCriteria: &imap.SearchCriteria{},
	}).Wait()
	if err != nil || !slices.Equal(nums, []uint32{2, 1}) {
		t.Errorf("SORT: %v %v", nums, err)
	}
	threads, err := c.Thread(&imapclient.ThreadOptions{Algorithm: imap.ThreadReferences, SearchCriteria: &imap.SearchCriteria{}}).Wait()
	if err != nil || len(threads) != 2 {
		t.Errorf("THREAD: %+v %v", threads, err)
	}

	// IHE_XDM.zip in pieces, as an LPS fetches it, and whole without its encoding.
	part := &imap.FetchItemBodySection{Part: []int{2}, Peek: true}
	binary := &imap.FetchItemBinarySection{Part: []int{2}, Peek: true}
	msgs, err := c.Fetch(imap.SeqSetNum(2), &imap.FetchOptions{
		BodySection: []*imap.FetchItemBodySection{part}, BinarySection: []*imap.FetchItemBinarySection{binary}, BodyStructure: &imap.FetchItemBodyStructure{Extended: true},
	}).Collect()
	if err != nil || len(msgs) != 1 {
		t.Fatal(msgs, err)
	}
	whole := msgs[0].FindBodySection(part)
	if zip := msgs[0].FindBinarySection(binary); !bytes.HasPrefix(zip, []byte("PK\x03\x04")) || len(zip) != 381 {
		t.Errorf("BINARY: %d bytes, %.10q", len(zip), zip)
	}
	var pieces []byte
	for at := int64(0); at < int64(len(whole)); at += 100 {
		piece := &imap.FetchItemBodySection{Part: []int{2}, Peek: true, Partial: &imap.SectionPartial{Offset: at, Size: 100}}
		msgs, err := c.Fetch(imap.UIDSetNum(2), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{piece}}).Collect()
		if err != nil || len(msgs) != 1 {
			t.Fatal(msgs, err)
		}
		pieces = append(pieces, msgs[0].FindBodySection(piece)...)
	}
	if !bytes.Equal(pieces, whole) || len(whole) == 0 {
		t.Errorf("%d bytes in pieces, %d whole", len(pieces), len(whole))
	}
	if bs, ok := msgs[0].BodyStructure.(*imap.BodyStructureMultiPart); !ok || bs.Children[1].(*imap.BodyStructureSinglePart).Filename() != "IHE_XDM.zip" {
		t.Errorf("BODYSTRUCTURE: %+v", msgs[0].BodyStructure)
	}

	moved, err := c.Move(imap.SeqSetNum(2), "Trash").Wait()
	if err != nil || moved.DestUIDs == nil {
		t.Errorf("MOVE: %+v %v", moved, err)
	}
	copied, err := c.Copy(imap.UIDSetNum(1), "Sent").Wait()
	if err != nil || copied.UIDValidity == 0 {
		t.Errorf("COPY: %+v %v", copied, err)
	}
	if data, err := c.Select("Trash", &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil || data.NumMessages != 1 || data.UIDNext != 2 {
		t.Errorf("SELECT Trash: %+v %v", data, err)
	}
}

// TestTLSFromTheStart: the other port.
func TestTLSFromTheStart(t *testing.T) {
	b := start(t)
	c, err := imapclient.DialTLS(b.addr("imaps"), &imapclient.Options{TLSConfig: b.tls})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // the end of the test
	if err := c.Authenticate(xoauth2Client{bal, token}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	// In clear on the port of TLS: nothing, and a line in the journal.
	conn, err := net.Dial("tcp", b.addr("imaps"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // the end of the test
	_, _ = conn.Write([]byte("a NOOP\r\nb NOOP\r\n"))
	for range 500 {
		for _, e := range b.app.World().Journal.Since(0, 0) {
			if e.Transport == "tls" && strings.Contains(e.Summary, "IMAP") {
				return
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the journal says nothing of a handshake that failed")
}

package xdm

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
)

// A writer writes a ZIP archive of a few named contents. archive/zip would put data
// descriptors after them, which old readers do not know, and they are not needed
// where the sizes are known.
type writer struct {
	out, directory bytes.Buffer
	packed         bytes.Buffer
	deflate        *flate.Writer
	count          int
	stamp          uint32 // MS-DOS date and time of all files
	err            error
}

const (
	version = 20 // of APPNOTE that a reader needs: deflate and folders
	// stampFirst is 1980-01-01, the first date that ZIP can write.
	stampFirst = 0<<25 | 1<<21 | 1<<16
	// mostRatio is half of what Limits allow by default, so that what is built can
	// be read.
	mostRatio = 100
)

func newWriter(time string) *writer { return &writer{stamp: stamp(time)} }

// stamp turns yyyyMMdd[HHmm[ss]] into an MS-DOS date and time.
func stamp(time string) uint32 {
	part := func(from, to, low, high int) (uint32, bool) {
		if len(time) < to {
			return 0, true
		}
		n, err := strconv.Atoi(time[from:to])
		return uint32(n), err == nil && n >= low && n <= high
	}
	year, ok1 := part(0, 4, 1980, 2107)
	month, ok2 := part(4, 6, 1, 12)
	day, ok3 := part(6, 8, 1, 31)
	hour, ok4 := part(8, 10, 0, 23)
	minute, ok5 := part(10, 12, 0, 59)
	second, ok6 := part(12, 14, 0, 59)
	if len(time) < 8 || !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 {
		return stampFirst
	}
	return (year-1980)<<25 | month<<21 | day<<16 | hour<<11 | minute<<5 | second/2
}

// add writes a file, deflated where that is smaller, but not so much smaller that
// readers would take it for a bomb.
func (z *writer) add(name string, content []byte) {
	if z.err != nil {
		return
	}
	method, data := uint16(stored), content
	z.packed.Reset()
	if z.deflate == nil {
		z.deflate, z.err = flate.NewWriter(&z.packed, flate.DefaultCompression)
	} else {
		z.deflate.Reset(&z.packed)
	}
	if z.err == nil {
		_, err := z.deflate.Write(content)
		z.err = errors.Join(err, z.deflate.Close())
	}
	if n := z.packed.Len(); n < len(content) && len(content)/mostRatio < n {
		method, data = deflated, z.packed.Bytes()
	}
	at := z.out.Len()
	if z.err == nil && (uint64(len(content)) >= max32 || uint64(at) >= max32) {
		z.err = fmt.Errorf("xdm: build: %s makes the archive larger than 4 GiB", name)
	}
	if z.err != nil {
		return
	}
	// What the local header and the directory have in common (APPNOTE §4.4).
	var shared []byte
	shared = binary.LittleEndian.AppendUint16(shared, version)
	shared = binary.LittleEndian.AppendUint16(shared, 0) // flags
	shared = binary.LittleEndian.AppendUint16(shared, method)
	shared = binary.LittleEndian.AppendUint32(shared, z.stamp)
	shared = binary.LittleEndian.AppendUint32(shared, crc32.ChecksumIEEE(content))
	shared = binary.LittleEndian.AppendUint32(shared, uint32(len(data)))
	shared = binary.LittleEndian.AppendUint32(shared, uint32(len(content)))
	shared = binary.LittleEndian.AppendUint16(shared, uint16(len(name)))
	shared = binary.LittleEndian.AppendUint16(shared, 0) // extra

	z.out.WriteString(localMark)
	z.out.Write(shared)
	z.out.WriteString(name)
	z.out.Write(data)

	z.directory.WriteString(centralMark)
	z.directory.Write([]byte{version, 0}) // made by MS-DOS: no modes
	z.directory.Write(shared)
	z.directory.Write(make([]byte, 2+2+2+4)) // comment, disk, attributes
	z.directory.Write(binary.LittleEndian.AppendUint32(nil, uint32(at)))
	z.directory.WriteString(name)
	z.count++
}

// finish writes the directory and its end.
func (z *writer) finish() ([]byte, error) {
	at, size := z.out.Len(), z.directory.Len()
	if z.err == nil && (uint64(at)+uint64(size) >= max32 || z.count >= max16) {
		z.err = errors.New("xdm: build: the archive is larger than ZIP without zip64 can be")
	}
	if z.err != nil {
		return nil, z.err
	}
	z.out.Write(z.directory.Bytes())
	z.out.WriteString(endMark)
	var tail []byte
	tail = binary.LittleEndian.AppendUint32(tail, 0) // disks
	tail = binary.LittleEndian.AppendUint16(tail, uint16(z.count))
	tail = binary.LittleEndian.AppendUint16(tail, uint16(z.count))
	tail = binary.LittleEndian.AppendUint32(tail, uint32(size))
	tail = binary.LittleEndian.AppendUint32(tail, uint32(at))
	tail = binary.LittleEndian.AppendUint16(tail, 0) // comment
	z.out.Write(tail)
	return z.out.Bytes(), nil
}

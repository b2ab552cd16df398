package pdfa

import (
	"encoding/binary"
	"math"
)

// iccSamples is how many points the tone curve has.
const iccSamples = 1024

// profile makes an ICC profile of the sRGB colour space (IEC 61966-2-1): version 2.1,
// the last that PDF 1.4 knows, three primaries adapted to D50 and one tone curve
// shared by the three channels.
func profile() []byte {
	type tag struct {
		name string
		data []byte
	}
	curve := toneCurve()
	tags := []tag{
		{"desc", description("sRGB (IEC 61966-2-1)")},
		{"cprt", append([]byte("text\x00\x00\x00\x00"), "No rights reserved\x00"...)},
		{"wtpt", xyz(0.9642, 1, 0.8249)},
		{"rXYZ", xyz(0.43607, 0.22249, 0.01392)},
		{"gXYZ", xyz(0.38515, 0.71687, 0.09708)},
		{"bXYZ", xyz(0.14307, 0.06061, 0.71410)},
		{"rTRC", curve},
		{"gTRC", nil}, // nil: the data of the tag before
		{"bTRC", nil},
	}

	table := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	var data []byte
	at, size := 0, 0
	for _, t := range tags {
		if t.data != nil {
			for len(data)%4 != 0 {
				data = append(data, 0)
			}
			at, size = 128+4+12*len(tags)+len(data), len(t.data)
			data = append(data, t.data...)
		}
		table = append(table, t.name...)
		table = binary.BigEndian.AppendUint32(table, uint32(at))
		table = binary.BigEndian.AppendUint32(table, uint32(size))
	}
	for len(data)%4 != 0 {
		data = append(data, 0)
	}

	// The header, ICC.1:1998-09 §6.1. The date is fixed: the file must not change.
	h := make([]byte, 128)
	binary.BigEndian.PutUint32(h, uint32(128+len(table)+len(data)))
	copy(h[8:], "\x02\x10\x00\x00mntrRGB XYZ ")
	copy(h[24:], "\x07\xe4\x00\x01\x00\x01")
	copy(h[36:], "acsp")
	copy(h[68:], "\x00\x00\xf6\xd6\x00\x01\x00\x00\x00\x00\xd3\x2d") // D50
	return append(append(h, table...), data...)
}

// toneCurve is the transfer function of sRGB, sampled.
func toneCurve() []byte {
	b := binary.BigEndian.AppendUint32([]byte("curv\x00\x00\x00\x00"), iccSamples)
	for i := range iccSamples {
		v := float64(i) / (iccSamples - 1)
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		b = binary.BigEndian.AppendUint16(b, uint16(math.Round(v*65535)))
	}
	return b
}

// xyz is a tag with one colour.
func xyz(x, y, z float64) []byte {
	b := []byte("XYZ \x00\x00\x00\x00")
	for _, v := range []float64{x, y, z} {
		b = binary.BigEndian.AppendUint32(b, uint32(math.Round(v*65536)))
	}
	return b
}

// description is a textDescriptionType: in ASCII, nothing in the other two forms.
func description(s string) []byte {
	b := binary.BigEndian.AppendUint32([]byte("desc\x00\x00\x00\x00"), uint32(len(s)+1))
	b = append(append(b, s...), 0)
	return append(b, make([]byte, 4+4+2+1+67)...)
}

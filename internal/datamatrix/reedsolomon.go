package datamatrix

// The field is GF(256) with x^8+x^5+x^3+x^2+1, and the generator of n error
// codewords has the roots 2 to 2^n (ISO/IEC 16022 annex E).
const fieldPolynomial = 0x12d

// multiply is the product in the field.
func multiply(a, b byte) byte {
	p, x := 0, int(a)
	for y := b; y > 0; y >>= 1 {
		if y&1 != 0 {
			p ^= x
		}
		if x <<= 1; x&0x100 != 0 {
			x ^= fieldPolynomial
		}
	}
	return byte(p)
}

// generator returns the n+1 coefficients of the generator of n error codewords,
// the highest first.
func generator(n int) []byte {
	g := []byte{1}
	root := byte(1)
	for range n {
		root = multiply(root, 2)
		next := make([]byte, len(g)+1) // g times (x + root)
		for i, c := range g {
			next[i] ^= c
			next[i+1] ^= multiply(c, root)
		}
		g = next
	}
	return g
}

// correction returns the error codewords of one block: what is left of the data,
// as a polynomial, divided by the generator.
func correction(data, generator []byte) []byte {
	left := make([]byte, len(generator)-1)
	for _, d := range data {
		factor := d ^ left[0]
		copy(left, left[1:])
		left[len(left)-1] = 0
		if factor == 0 {
			continue
		}
		for i := range left {
			left[i] ^= multiply(generator[i+1], factor)
		}
	}
	return left
}

// protect appends the error codewords to data codewords, block by block: the
// n-th codeword belongs to block n modulo the number of blocks.
func protect(data []byte, s size) []byte {
	out := make([]byte, s.data+s.ecc)
	copy(out, data)
	g := generator(s.ecc / s.blocks)
	one := make([]byte, 0, s.data/s.blocks+1)
	for b := range s.blocks {
		one = one[:0]
		for i := b; i < s.data; i += s.blocks {
			one = append(one, data[i])
		}
		for i, c := range correction(one, g) {
			out[s.data+b+i*s.blocks] = c
		}
	}
	return out
}

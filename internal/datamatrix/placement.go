package datamatrix

// placement lays the codewords out in the matrix of a symbol, the modules of all
// data regions put together (ISO/IEC 16022 annex F): each codeword has eight
// modules in the shape of a Utah, in diagonals that go up and down in turn, with
// four odd shapes in the corners.
type placement struct {
	n     int
	set   []bool // whether a module has its value
	dark  []bool
	bytes []byte // what is left to place
}

func place(codewords []byte, n int) []bool {
	p := &placement{n: n, set: make([]bool, n*n), dark: make([]bool, n*n), bytes: codewords}
	row, col := 4, 0
	for row < n || col < n {
		switch {
		case row == n && col == 0:
			p.corner([8][2]int{{n - 1, 0}, {n - 1, 1}, {n - 1, 2}, {0, n - 2}, {0, n - 1}, {1, n - 1}, {2, n - 1}, {3, n - 1}})
		case row == n-2 && col == 0 && n%4 != 0:
			p.corner([8][2]int{{n - 3, 0}, {n - 2, 0}, {n - 1, 0}, {0, n - 4}, {0, n - 3}, {0, n - 2}, {0, n - 1}, {1, n - 1}})
		case row == n-2 && col == 0 && n%8 == 4:
			p.corner([8][2]int{{n - 3, 0}, {n - 2, 0}, {n - 1, 0}, {0, n - 2}, {0, n - 1}, {1, n - 1}, {2, n - 1}, {3, n - 1}})
		case row == n+4 && col == 2 && n%8 == 0:
			p.corner([8][2]int{{n - 1, 0}, {n - 1, n - 1}, {0, n - 3}, {0, n - 2}, {0, n - 1}, {1, n - 3}, {1, n - 2}, {1, n - 1}})
		}
		for row >= 0 && col < n {
			p.utah(row, col)
			row, col = row-2, col+2
		}
		row, col = row+1, col+3
		for row < n && col >= 0 {
			p.utah(row, col)
			row, col = row+2, col-2
		}
		row, col = row+3, col+1
	}
	if !p.set[n*n-1] { // the corner that no codeword reaches
		p.dark[n*n-1], p.dark[n*n-n-2] = true, true
	}
	return p.dark
}

// utah places a codeword whose last module is at row, col, unless that is
// outside or taken.
func (p *placement) utah(row, col int) {
	if row < 0 || row >= p.n || col < 0 || col >= p.n || p.set[row*p.n+col] {
		return
	}
	p.corner([8][2]int{
		{row - 2, col - 2},
		{row - 2, col - 1},
		{row - 1, col - 2},
		{row - 1, col - 1},
		{row - 1, col},
		{row, col - 2},
		{row, col - 1},
		{row, col},
	})
}

// corner places the next codeword on eight modules, the highest bit first. What
// leaves the matrix comes in at the other side, shifted.
func (p *placement) corner(modules [8][2]int) {
	for bit, m := range modules {
		row, col := m[0], m[1]
		if row < 0 {
			row, col = row+p.n, col+4-(p.n+4)%8
		}
		if col < 0 {
			row, col = row+4-(p.n+4)%8, col+p.n
		}
		p.set[row*p.n+col] = true
		p.dark[row*p.n+col] = p.bytes[0]>>(7-bit)&1 != 0
	}
	p.bytes = p.bytes[1:]
}

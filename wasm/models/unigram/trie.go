package unigram

// A trie holds the pieces by their UTF-8 bytes, its nodes in breadth-first
// order.
type trie struct {
	labels []byte
	first  []uint16
	ids    []uint16
}

// A node is a trie's node while the trie grows.
type node struct {
	children map[byte]*node
	label    byte
	id       uint16
}

func (n *node) child(label byte) *node {
	c := n.children[label]
	if c == nil {
		c = &node{children: map[byte]*node{}, label: label, id: noPiece}
		n.children[label] = c
	}
	return c
}

func newTrie(pieces []Piece, reserved int) trie {
	root := &node{children: map[byte]*node{}, id: noPiece}
	for i, p := range pieces[reserved:] {
		n := root
		for _, b := range []byte(p.Text) {
			n = n.child(b)
		}
		n.id = uint16(reserved + i)
	}
	return root.flatten()
}

// flatten numbers the nodes below root in breadth-first order. A number that
// does not fit into 16 bits is cut: Build refuses so large a trie.
func (n *node) flatten() trie {
	var t trie
	queue := []*node{n}
	for i := 0; i < len(queue); i++ {
		n := queue[i]
		t.labels = append(t.labels, n.label)
		t.ids = append(t.ids, n.id)
		t.first = append(t.first, uint16(len(queue)))
		for label := range 256 {
			if c := n.children[byte(label)]; c != nil {
				queue = append(queue, c)
			}
		}
	}
	t.first = append(t.first, uint16(len(queue)))
	return t
}

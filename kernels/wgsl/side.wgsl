// Where a tensor has its rows, in bytes: of batch row b and a head, row i is at
// at + b·batch + head·head + i·row.
struct Side { at: u32, batch: u32, head: u32, row: u32 }

fn place(s: Side, b: u32, head: u32, i: u32) -> u32 {
  return s.at + b * s.batch + head * s.head + i * s.row;
}

// Finds the first index that is out of range. One workgroup; the dispatches
// of a run come one after the other, so that the first operation to find one
// leaves it in the record.

struct Params { n: u32, bound: u32, code: u32, operation: u32, want: u32 }

// As in the module's error record, see kernels/error.go.
struct Record { code: u32, operation: u32, position: u32, got: i32, want: u32 }

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> values: array<i32>;
@group(0) @binding(2) var<storage, read_write> error: Record;

var<workgroup> first: atomic<u32>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32) {
  if (thread == 0) { atomicStore(&first, p.n); }
  workgroupBarrier();
  for (var i = thread; i < p.n; i += 256) {
    if (u32(values[i]) >= p.bound) { atomicMin(&first, i); }
  }
  workgroupBarrier();
  let at = atomicLoad(&first);
  if (thread == 0 && at < p.n && error.code == 0) {
    error = Record(p.code, p.operation, at, values[at], p.want);
  }
}

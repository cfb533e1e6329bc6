// The index of this workgroup. A dispatch has at most 65535 workgroups along
// an axis, so that longer rows of them are folded into y.
fn group_index(id: vec3<u32>, groups: vec3<u32>) -> u32 {
  return id.x + id.y * groups.x;
}

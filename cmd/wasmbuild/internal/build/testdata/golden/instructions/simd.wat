(module
  (memory (export "memory") 2)
  (func $0 (export "lanes") (param i32 i32) (result f32)
    (local 2 x v128)
    local.get 0
    v128.load offset=8 align=4
    local.get 0
    v128.load32_zero offset=4 align=4
    i8x16.shuffle 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23
    local.set 2
    local.get 1
    local.get 1
    v128.load offset=0 align=4
    i32.const 3
    i32x4.shl
    i32.const 7
    i32x4.replace_lane 1
    local.tee 3
    local.get 2
    i32x4.trunc_sat_f32x4_s
    i32x4.max_s
    v128.store offset=16 align=4
    local.get 2
    local.get 3
    local.get 3
    v128.or
    local.get 2
    local.get 3
    f32x4.convert_i32x4_s
    f32x4.lt
    v128.bitselect
    f32x4.extract_lane 3
  )
  (func $1 (export "bulk") (param i32 i32 i32) (result i32)
    local.get 0
    local.get 1
    local.get 2
    memory.copy
    local.get 1
    i32.const 0
    local.get 2
    memory.fill
    i32.const 1
    memory.grow
    i32.const -1
    i32.eq
    if
      unreachable
    end
    memory.size
  )
  (func $2 (export "scalars") (param i32 i64 f64) (result f64)
    local.get 0
    i32.const 7
    i32.div_s
    local.get 1
    local.get 1
    i64.shr_u
    i32.wrap_i64
    i32.add
    local.tee 0
    i64.extend_i32_s
    local.get 0
    i64.extend_i32_u
    i64.add
    local.tee 1
    f64.convert_i64_u
    f64.const 0x1.8p+01
    f64.div
    local.get 2
    f32.demote_f64
    f64.promote_f32
    f64.sub
    local.get 0
    i32.const -6
    i32.and
    f64.convert_i32_s
    f64.add
  )
  (func $3 (export "constants") (result f32)
    f32.const 0x1.0cccccp+01
  )
)

(module
  (memory (export "memory") 2)
  (func $0 (export "tile") (param i32 i32 i32 i32 i32 i32)
    (local 7 x v128)
    (local 3 x i32)
    local.get 1
    local.get 4
    i32.add
    local.set 13
    local.get 0
    local.get 5
    i32.add
    local.set 14
    v128.const i64x2 0x0 0x0
    local.set 6
    v128.const i64x2 0x0 0x0
    local.set 7
    v128.const i64x2 0x0 0x0
    local.set 8
    v128.const i64x2 0x0 0x0
    local.set 9
    block
      local.get 3
      local.tee 15
      i32.eqz
      br_if 0
      loop
        local.get 2
        v128.load offset=0 align=4
        local.set 11
        local.get 2
        v128.load offset=16 align=4
        local.set 12
        local.get 1
        v128.load32_splat offset=0 align=4
        local.tee 10
        local.get 11
        local.get 6
        f32x4.relaxed_madd
        local.set 6
        local.get 10
        local.get 12
        local.get 7
        f32x4.relaxed_madd
        local.set 7
        local.get 13
        v128.load32_splat offset=0 align=4
        local.tee 10
        local.get 11
        local.get 8
        f32x4.relaxed_madd
        local.set 8
        local.get 10
        local.get 12
        local.get 9
        f32x4.relaxed_madd
        local.set 9
        local.get 1
        i32.const 4
        i32.add
        local.set 1
        local.get 13
        i32.const 4
        i32.add
        local.set 13
        local.get 2
        i32.const 32
        i32.add
        local.set 2
        local.get 15
        i32.const 1
        i32.sub
        local.tee 15
        br_if 0
      end
    end
    local.get 0
    local.get 6
    v128.store offset=0 align=4
    local.get 0
    local.get 7
    v128.store offset=16 align=4
    local.get 14
    local.get 8
    v128.store offset=0 align=4
    local.get 14
    local.get 9
    v128.store offset=16 align=4
  )
)

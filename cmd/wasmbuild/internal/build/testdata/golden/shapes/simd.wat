(module
  (memory (export "memory") 2)
  (func $0 (export "negated") (param i32 i32) (result i32)
    block
      block
        local.get 1
        i32.const 5
        i32.ge_u
        br_if 0
        local.get 0
        i32.load offset=0 align=4
        br_if 1
      end
      loop
        local.get 1
        i32.const 3
        i32.sub
        local.tee 1
        i32.const 5
        i32.ge_u
        br_if 0
        local.get 0
        i32.load offset=0 align=4
        i32.eqz
        br_if 0
      end
    end
    block
      block
        local.get 1
        i32.eqz
        br_if 0
        local.get 0
        i32.load offset=4 align=4
        i32.const 1
        i32.ne
        br_if 1
      end
      local.get 0
      i32.load offset=8 align=4
      i32.const 2
      i32.ne
      br_if 0
      local.get 1
      i32.const 1
      i32.add
      local.set 1
    end
    block
      block
        block
          local.get 0
          i32.load offset=12 align=4
          i32.const 3
          i32.ne
          br_if 0
          local.get 0
          i32.load offset=16 align=4
          i32.const 4
          i32.eq
          br_if 1
        end
        local.get 1
        i32.const 9
        i32.ne
        br_if 1
      end
      local.get 1
      i32.const 2
      i32.add
      local.set 1
    end
    local.get 1
  )
  (func $1 (export "constant") (param i32) (result i32)
    block
      local.get 0
      i32.const 7
      i32.le_u
      br_if 0
      local.get 0
      i32.const 1
      i32.add
      local.set 0
    end
    block
      local.get 0
      i32.const 3
      i32.le_u
      br_if 0
      loop
        block
          local.get 0
          i32.const 1
          i32.shr_u
          local.tee 0
          i32.const 3
          i32.le_u
          br_if 0
          br 1
        end
      end
    end
    block
      block
        local.get 0
        i32.const 2
        i32.eq
        br_if 0
        br 1
      end
      i32.const 1
      return
    end
    local.get 0
  )
  (func $2 (export "cheap") (param i32 i64 i64) (result i32)
    local.get 0
    i32.const 1
    i32.gt_u
    local.get 0
    i64.extend_i32_u
    local.get 1
    i64.add
    local.get 2
    local.get 1
    i64.add
    i64.lt_u
    i32.and
    if
      local.get 0
      i32.const 2
      i32.add
      local.set 0
    end
    block
      local.get 0
      i32.const 1
      i32.le_u
      br_if 0
      local.get 0
      i64.extend_i32_u
      local.get 1
      i64.add
      local.get 2
      local.get 0
      i64.extend_i32_u
      i64.add
      i64.ge_u
      br_if 0
      local.get 0
      i32.const 3
      i32.add
      local.set 0
    end
    local.get 0
  )
  (func $3 (export "large") (param i32 i64 i64) (result i64)
    block
      local.get 0
      i64.extend_i32_u
      local.get 1
      i64.add
      local.get 1
      i64.add
      local.get 2
      i64.add
      local.get 1
      local.get 2
      i64.add
      local.get 2
      i64.add
      local.get 1
      i64.add
      i64.ge_u
      br_if 0
      loop
        local.get 0
        i64.extend_i32_u
        local.get 1
        i64.const 1
        i64.sub
        local.tee 1
        i64.add
        local.get 1
        i64.add
        local.get 2
        i64.add
        local.get 1
        local.get 2
        i64.add
        local.get 2
        i64.add
        local.get 1
        i64.add
        i64.lt_u
        br_if 0
      end
    end
    block
      loop
        local.get 0
        i64.extend_i32_u
        local.get 1
        i64.add
        local.get 1
        i64.add
        local.get 2
        i64.add
        local.get 1
        local.get 2
        i64.add
        local.get 2
        i64.add
        local.get 0
        i64.extend_i32_u
        i64.add
        i64.ge_u
        br_if 1
        local.get 2
        i64.const 1
        i64.sub
        local.set 2
        br 0
      end
    end
    local.get 1
    local.get 2
    i64.xor
  )
  (func $4 (export "masks") (param i32 i32 i64) (result i64)
    local.get 0
    local.get 1
    i32.shl
    local.get 0
    local.get 1
    i32.const 15
    i32.and
    i32.shr_u
    i32.xor
    local.set 0
    local.get 2
    local.get 1
    i64.extend_i32_u
    i64.shl
    local.get 2
    local.get 1
    i32.const 31
    i32.and
    i64.extend_i32_u
    i64.shr_u
    i64.xor
    local.tee 2
    local.get 0
    i64.extend_i32_u
    i64.shr_u
  )
)

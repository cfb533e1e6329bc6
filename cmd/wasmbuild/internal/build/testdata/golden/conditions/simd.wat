(module
  (memory (export "memory") 2)
  (func $0 (export "branches") (param i32 i32) (result i32)
    block
      local.get 1
      i32.eqz
      br_if 0
      local.get 0
      i32.load offset=0 align=4
      br_if 0
      i32.const 1
      return
    end
    block
      block
        block
          local.get 1
          i32.const 5
          i32.ge_u
          br_if 0
          local.get 0
          i32.load offset=4 align=4
          i32.eqz
          br_if 1
        end
        local.get 1
        i32.const 3
        i32.add
        local.set 1
        br 1
      end
      local.get 1
      i32.const 3
      i32.sub
      local.set 1
    end
    local.get 1
    i32.const 1
    i32.gt_u
    local.get 1
    i32.const 9
    i32.lt_u
    i32.and
    if
      local.get 1
      i32.const 1
      i32.shl
      local.set 1
    end
    local.get 1
  )
  (func $1 (export "floats") (param f32 f32) (result i32)
    local.get 0
    local.get 1
    f32.lt
    i32.eqz
    if
      i32.const 1
      return
    end
    local.get 0
    local.get 1
    f32.ne
    if
      i32.const 2
      return
    end
    i32.const 3
  )
  (func $2 (export "values") (param i32 i32) (result i32)
    local.get 1
    i32.const 3
    i32.gt_u
    local.get 1
    i32.const 9
    i32.lt_u
    i32.and
    local.get 1
    i32.eqz
    if (result i32)
      i32.const 1
    else
      local.get 0
      i32.load offset=0 align=4
      local.get 1
      i32.eq
    end
    i32.ne
    if
      i32.const 1
      return
    end
    i32.const 0
  )
)

(module
  (memory (export "memory") 2)
  (func $0 (export "run") (param i32) (result i32)
    local.get 0
    i32.const 1
    i32.shr_u
    call $3
    i32.const 1
    i32.add
  )
  (func $1 (export "loop") (param i32 i32) (result i32)
    (local 1 x i32)
    block
      local.get 0
      local.tee 2
      i32.eqz
      br_if 0
      loop
        local.get 1
        call $3
        call $4
        local.set 1
        local.get 2
        i32.const 1
        i32.sub
        local.tee 2
        br_if 0
      end
    end
    local.get 1
  )
  (func $2 (export "half") (param i32) (result i32)
    local.get 0
    i32.const 1
    i32.shr_u
  )
  (func $3 (param i32) (result i32)
    local.get 0
    i32.const 3
    i32.mul
  )
  (func $4 (param i32) (result i32)
    local.get 0
    i32.const 5
    i32.xor
  )
)

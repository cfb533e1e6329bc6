(module
  (memory (export "memory") 2)
  (func $0 (export "run") (param i32) (result i32)
    local.get 0
    i32.const 1
    i32.shr_u
    call $2
    i32.const 1
    i32.add
  )
  (func $1 (export "half") (param i32) (result i32)
    local.get 0
    i32.const 1
    i32.shr_u
  )
  (func $2 (param i32) (result i32)
    local.get 0
    i32.const 3
    i32.mul
  )
)

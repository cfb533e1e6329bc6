(module
  (memory (export "memory") 2)
  (func $0 (export "total") (param i32) (result i32)
    local.get 0
    call $1
  )
  (func $1 (param i32) (result i32)
    local.get 0
    i32.load offset=0 align=4
  )
)

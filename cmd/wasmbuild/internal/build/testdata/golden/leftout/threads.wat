(module
  (memory (export "memory") (import "env" "memory") 2 65536 shared)
  (func $0 (export "total") (param i32) (result i32)
    local.get 0
    call $1
  )
  (func $1 (param i32) (result i32)
    local.get 0
    i32.const 1
    i32.atomic.rmw.add offset=0 align=4
  )
)

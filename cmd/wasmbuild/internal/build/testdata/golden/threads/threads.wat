(module
  (memory (export "memory") (import "env" "memory") 2 65536 shared)
  (func $0 (export "meet") (param i32) (result i32)
    local.get 0
    local.get 0
    i32.const 1
    i32.atomic.rmw.add offset=64 align=4
    i64.const -1
    memory.atomic.wait32 offset=0 align=4
    local.get 0
    i32.const -1
    memory.atomic.notify offset=0 align=4
    i32.add
  )
)

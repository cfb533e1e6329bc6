(module
  (memory (export "memory") 2)
  (func $0 (export "height") (result i32)
    i32.const 6
  )
  (func $1 (export "fused") (param i32)
    local.get 0
    local.get 0
    v128.load offset=0 align=4
    local.get 0
    v128.load offset=16 align=4
    local.get 0
    v128.load offset=32 align=4
    f32x4.relaxed_madd
    v128.store offset=48 align=4
  )
)

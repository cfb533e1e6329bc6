(module
  (memory (export "memory") 2)
  (func $0 (export "step") (param i32)
    local.get 0
    local.get 0
    call $4
    local.get 0
    call $1
    i32.add
    i32.store offset=0 align=4
  )
  (func $1 (param i32) (result i32)
    local.get 0
    i32.load offset=8 align=4
  )
  (func $2 (export "run") (param i32 i32) (result i32)
    block
      block
        block
          local.get 0
          i32.eqz
          br_if 0
          local.get 0
          i32.const 1
          i32.eq
          br_if 1
          br 2
        end
        local.get 1
        call $3
        return
      end
      local.get 1
      call $4
      return
    end
    i32.const -1
  )
  (func $3 (param i32) (result i32)
    local.get 0
    i32.load offset=0 align=4
  )
  (func $4 (param i32) (result i32)
    local.get 0
    call $3
    local.get 0
    call $5
    i32.add
  )
  (func $5 (param i32) (result i32)
    local.get 0
    i32.load offset=4 align=4
  )
)

(module
  (memory (export "memory") 2)
  (func $0 (export "run") (param i32 i32) (result i32)
    block
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
          call $1
          return
        end
        br 1
      end
    end
    i32.const -1
  )
  (func $1 (param i32) (result i32)
    local.get 0
    i32.load offset=0 align=4
  )
)

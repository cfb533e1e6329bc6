(module
  (memory (export "memory") 2)
  (func $0 (export "dense") (param i32) (result i32)
    block
      block
        block
          block
            block
              local.get 0
              i32.const 3
              i32.sub
              br_table 0 1 0 2 3
            end
            i32.const 10
            return
          end
          local.get 0
          i32.const 9
          i32.add
          local.set 0
          br 2
        end
        i32.const 12
        return
      end
      i32.const 1
      local.set 0
    end
    local.get 0
  )
  (func $1 (export "sparse") (param i32) (result i32)
    block
      block
        block
          local.get 0
          i32.const -1
          i32.eq
          br_if 0
          local.get 0
          i32.const 1000
          i32.eq
          br_if 1
          br 2
        end
        i32.const 10
        return
      end
      i32.const 11
      return
    end
    i32.const 0
  )
  (func $2 (export "holes") (param i32) (result i32)
    block
      block
        block
          local.get 0
          i32.const 1
          i32.sub
          br_table 0 2 0 2 2 2 2 2 0 2 2 2 2 2 2 1 2
        end
        i32.const 1
        return
      end
      i32.const 2
      return
    end
    i32.const 0
  )
  (func $3 (export "far") (param i32) (result i32)
    block
      block
        block
          local.get 0
          i32.const 1
          i32.eq
          br_if 0
          local.get 0
          i32.const 3
          i32.eq
          br_if 0
          local.get 0
          i32.const 9
          i32.eq
          br_if 0
          local.get 0
          i32.const 17
          i32.eq
          br_if 1
          br 2
        end
        i32.const 1
        return
      end
      i32.const 2
      return
    end
    i32.const 0
  )
  (func $4 (export "three") (param i32) (result i32)
    block
      block
        local.get 0
        i32.eqz
        br_if 0
        local.get 0
        i32.const 1
        i32.eq
        br_if 0
        local.get 0
        i32.const 2
        i32.eq
        br_if 0
        br 1
      end
      i32.const 1
      return
    end
    i32.const 0
  )
  (func $5 (export "wide") (param i64) (result i64)
    block
      block
        local.get 0
        i64.eqz
        br_if 0
        local.get 0
        i64.const 1
        i64.eq
        br_if 0
        local.get 0
        i64.const 2
        i64.eq
        br_if 0
        local.get 0
        i64.const 3
        i64.eq
        br_if 0
        br 1
      end
      i64.const 1
      return
    end
    i64.const 0
  )
)

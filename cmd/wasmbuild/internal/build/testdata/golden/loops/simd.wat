(module
  (memory (export "memory") 2)
  (func $0 (export "bottom") (param i32) (result i32)
    (local 2 x i32)
    i32.const 0
    local.set 1
    block
      i32.const 0
      local.tee 2
      local.get 0
      i32.ge_u
      br_if 0
      loop
        local.get 1
        local.get 2
        i32.add
        local.set 1
        local.get 2
        i32.const 1
        i32.add
        local.tee 2
        local.get 0
        i32.lt_u
        br_if 0
      end
    end
    local.get 1
  )
  (func $1 (export "constant") (param i32) (result i32)
    (local 1 x i32)
    i32.const 0
    local.set 1
    loop
      local.get 0
      i32.const 3
      i32.mul
      local.set 0
      local.get 1
      i32.const 1
      i32.add
      local.tee 1
      i32.const 8
      i32.lt_u
      br_if 0
    end
    local.get 0
  )
  (func $2 (export "top") (param i32) (result i32)
    block
      loop
        local.get 0
        call $0
        i32.const 9
        i32.le_u
        br_if 1
        local.get 0
        i32.const 1
        i32.sub
        local.set 0
        br 0
      end
    end
    local.get 0
  )
  (func $3 (export "down") (param i32) (result i32)
    (local 2 x i32)
    i32.const 1
    local.set 1
    block
      local.get 0
      local.tee 2
      i32.eqz
      br_if 0
      loop
        local.get 1
        i32.const 3
        i32.mul
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
  (func $4 (export "leaves") (param i32) (result i32)
    (local 2 x i32)
    i32.const 0
    local.set 1
    block
      loop
        block
          i32.const 0
          local.tee 2
          local.get 0
          i32.ge_u
          br_if 0
          loop
            block
              local.get 2
              i32.const 7
              i32.eq
              br_if 0
              local.get 2
              local.get 1
              i32.mul
              i32.const 100
              i32.gt_u
              local.get 1
              i32.const 5
              i32.eq
              i32.or
              br_if 4
              local.get 1
              local.get 2
              i32.add
              local.set 1
            end
            local.get 2
            i32.const 1
            i32.add
            local.tee 2
            local.get 0
            i32.lt_u
            br_if 0
          end
        end
        local.get 1
        i32.const 1
        i32.add
        local.set 1
        br 0
      end
    end
    local.get 1
  )
)

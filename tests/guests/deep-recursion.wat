;; Calls itself for ever.
(module
  (memory (export "memory") 1)
  (func $deeper (param i32) (result i32)
    (i32.add (call $deeper (local.get 0)) (i32.const 1)))
  (func (export "host:recipe/guest@0.1.0#describe") (result i32)
    (call $deeper (i32.const 0)))
  (func (export "host:recipe/guest@0.1.0#render")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (call $deeper (i32.const 0)))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (i32.const 32768)))

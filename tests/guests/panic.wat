;; Fails as a panic does.
(module
  (memory (export "memory") 1)
  (func $panicked (result i32)
    (unreachable))
  (func (export "host:recipe/guest@0.1.0#describe") (result i32)
    (call $panicked))
  (func (export "host:recipe/guest@0.1.0#render")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (call $panicked))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (i32.const 32768)))

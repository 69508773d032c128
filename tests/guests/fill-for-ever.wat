;; Fills memory again and again: few instructions, each of which works for long.
(module
  (memory (export "memory") 512)
  (func $fill (result i32)
    (loop $again
      (memory.fill (i32.const 0) (i32.const 1) (i32.const 33554432))
      (br $again))
    (unreachable))
  (func (export "host:recipe/guest@0.1.0#describe") (result i32)
    (call $fill))
  (func (export "host:recipe/guest@0.1.0#render")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (call $fill))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (i32.const 32768)))

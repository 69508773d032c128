;; Makes its table larger until there is no memory.
(module
  (memory (export "memory") 1)
  (table 1 funcref)
  (func $take (result i32)
    (loop $more
      (if (i32.eq (table.grow (ref.null func) (i32.const 1000)) (i32.const -1)) (then (unreachable)))
      (br $more))
    (unreachable))
  (func (export "host:recipe/guest@0.1.0#describe") (result i32)
    (call $take))
  (func (export "host:recipe/guest@0.1.0#render")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (call $take))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (i32.const 32768)))

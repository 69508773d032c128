;; Has ten thousand parameters, each of which breaks a rule of the contract.
(module
  (memory (export "memory") 12)
  (data (i32.const 512) "guest")
  (data (i32.const 520) "1.0.0")
  ;; The manifest: its name, version and summary, and its parameters, in memory that is zero.
  (data (i32.const 1024)
    "\00\02\00\00" "\05\00\00\00"
    "\08\02\00\00" "\05\00\00\00"
    "\00\00\00\00" "\00\00\00\00"
    "\00\00\01\00" "\10\27\00\00")
  (func (export "host:recipe/guest@0.1.0#describe") (result i32)
    (i32.const 1024))
  (func (export "host:recipe/guest@0.1.0#render")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (unreachable))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (i32.const 32768)))

;; Finds a million errors in arguments that are none.
(module
  (memory (export "memory") 490)
  (data (i32.const 512) "guest")
  (data (i32.const 520) "1.0.0")
  ;; The manifest: its name and version.
  (data (i32.const 1024)
    "\00\02\00\00" "\05\00\00\00"
    "\08\02\00\00" "\05\00\00\00")
  (func (export "host:recipe/guest@0.1.0#describe") (result i32)
    (i32.const 1024))
  ;; 1 is the case of errors, and what follows a list, in memory that is zero.
  (data (i32.const 2048) "\01\00\00\00" "\00\00\01\00" "\40\42\0f\00")
  (func (export "host:recipe/guest@0.1.0#render")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (i32.const 2048))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (i32.const 32768)))

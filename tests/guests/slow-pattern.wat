;; Has a parameter whose pattern is 21 bytes and would be matched against a default of 1 MiB for minutes.
(module
  (memory (export "memory") 32)
  (data (i32.const 512) "guest")
  (data (i32.const 520) "1.0.0")
  (data (i32.const 528) "((([a-z]?){20000}))*b")
  ;; The manifest: its name, version and summary, and its one parameter.
  (data (i32.const 1024)
    "\00\02\00\00" "\05\00\00\00"
    "\08\02\00\00" "\05\00\00\00"
    "\00\00\00\00" "\00\00\00\00"
    "\00\08\00\00" "\01\00\00\00")
  ;; The parameter: name, description and whether it is required; a text (1), with a pattern (1),
  ;; no format (0) and a default (1).
  (data (i32.const 2048)
    "\00\02\00\00" "\05\00\00\00"
    "\00\00\00\00" "\00\00\00\00"
    "\00\00\00\00"
    "\01\00\00\00"
    "\01\00\00\00" "\10\02\00\00" "\15\00\00\00"
    "\00\00\00\00" "\00\00\00\00" "\00\00\00\00"
    "\01\00\00\00" "\00\00\01\00" "\00\00\10\00")
  (func (export "host:recipe/guest@0.1.0#describe") (result i32)
    (memory.fill (i32.const 0x10000) (i32.const 0x61) (i32.const 0x100000))
    (i32.const 1024))
  (func (export "host:recipe/guest@0.1.0#render")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (unreachable))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (i32.const 32768)))

;; Describes itself with a name of 40 MiB, and finds a million errors.
(module
  (memory (export "memory") 641)
  ;; The manifest begins with its name: where the text is, and how long.
  (data (i32.const 1024) "\00\08\00\00" "\00\00\80\02")
  (func (export "host:recipe/guest@0.1.0#describe") (result i32)
    (i32.const 1024))
  ;; 1 is the case of errors, and what follows a list: where it is, and how long.
  (data (i32.const 2048) "\01\00\00\00" "\00\10\00\00" "\40\42\0f\00")
  (func (export "host:recipe/guest@0.1.0#render")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (i32.const 2048))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (i32.const 32768)))

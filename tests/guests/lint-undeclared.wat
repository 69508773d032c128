;; Takes the role of an administrator, and does not declare it.
(module
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 32768))
  (data (i32.const 512) "guest")
  (data (i32.const 520) "1.0.0")
  (data (i32.const 528) "password")
  (data (i32.const 544) "arn:aws:iam::123456789012:role/admin")
  (data (i32.const 1024)
    "\00\02\00\00" "\05\00\00\00"
    "\08\02\00\00" "\05\00\00\00")
  (func (export "host:recipe/guest@0.1.0#describe") (result i32)
    (i32.const 1024))
  ;; A blueprint (0) with a task definition (1): its family, and behind three fields its role (1).
  (data (i32.const 2048) "\00\00\00\00" "\01\00\00\00" "\00\02\00\00" "\05\00\00\00")
  (data (i32.const 2092) "\01\00\00\00" "\20\02\00\00" "\24\00\00\00")
  (func (export "host:recipe/guest@0.1.0#render")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    (i32.const 2048))
  ;; Each text of the arguments has a place of its own.
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $place i32)
    (local.set $place (global.get $next))
    (global.set $next (i32.and (i32.add (i32.add (local.get $place) (local.get 3)) (i32.const 7)) (i32.const -8)))
    (local.get $place)))

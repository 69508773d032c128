;; Takes the role of an administrator where its switch is set, either way, and does not declare it.
(module
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 32768))
  (data (i32.const 512) "guest")
  (data (i32.const 520) "1.0.0")
  (data (i32.const 528) "is-admin")
  (data (i32.const 544) "arn:aws:iam::123456789012:role/admin")
  (data (i32.const 1024)
    "\00\02\00\00" "\05\00\00\00"
    "\08\02\00\00" "\05\00\00\00"
    "\50\02\00\00" "\0a\00\00\00"
    "\00\06\00\00" "\01\00\00\00")
  ;; What draws, as its summary.
  (data (i32.const 592) "sum\1b[31mmary")
  ;; One parameter that is not required: a boolean (3) without default.
  (data (i32.const 1536)
    "\10\02\00\00" "\08\00\00\00"
    "\00\00\00\00" "\00\00\00\00"
    "\00\00\00\00" "\03\00\00\00")
  (func (export "host:recipe/guest@0.1.0#describe") (result i32)
    (i32.const 1024))
  ;; A blueprint (0) with a task definition (1): its family, and behind three fields its role (1).
  (data (i32.const 2048) "\00\00\00\00" "\01\00\00\00" "\00\02\00\00" "\05\00\00\00")
  (data (i32.const 2092) "\00\00\00\00" "\20\02\00\00" "\24\00\00\00")
  (func (export "host:recipe/guest@0.1.0#render")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    ;; A role only where there is an argument.
    (i32.store (i32.const 2092) (local.get 1))
    (i32.const 2048))
  ;; Each text of the arguments has a place of its own.
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $place i32)
    (local.set $place (global.get $next))
    (global.set $next (i32.and (i32.add (i32.add (local.get $place) (local.get 3)) (i32.const 7)) (i32.const -8)))
    (local.get $place)))

;; Is a module, as a compiler leaves it.
(module
  (memory (export "memory") 1)
  (func (export "_start")))

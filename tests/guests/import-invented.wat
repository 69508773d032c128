;; Asks for what no world has.
(component
  (import "host:recipe/credentials@0.1.0" (instance))
  (import "run-on-host" (func (param "command" string))))

;; Asks for files, the network and the time.
(component
  (import "wasi:filesystem/preopens@0.2.9" (instance))
  (import "wasi:sockets/tcp@0.2.9" (instance))
  (import "wasi:clocks/wall-clock@0.2.9" (instance)))

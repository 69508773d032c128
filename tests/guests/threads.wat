;; Has memory that threads would share.
(component
  (core module (memory 1 1 shared)))

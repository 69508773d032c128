// The part of the C library that the generated bindings and the recipe use.
#ifndef AUTHORS_STDLIB_H
#define AUTHORS_STDLIB_H

#include <stddef.h>

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);
void free(void *block);
_Noreturn void abort(void);

#endif

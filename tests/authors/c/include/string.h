// The part of the C library that the generated bindings and the recipe use.
#ifndef AUTHORS_STRING_H
#define AUTHORS_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *block, int byte, size_t size);
int memcmp(const void *left, const void *right, size_t size);
size_t strlen(const char *text);

#endif

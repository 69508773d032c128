// A C library of a page. Linked with a whole one, even one for wasm, a recipe
// can come to import clocks and files; with this one it has nothing to import.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// Whatever C may store in a block is aligned with this.
#define ALIGNMENT 16
#define WASM_PAGE 65536

// Before each block stands its size, so that `realloc` knows how much to copy.
typedef struct {
  _Alignas(ALIGNMENT) size_t size;
} header_t;

// The linker's: the first byte after code's data and the stack.
extern char __heap_base;

static uintptr_t heap_end = 0;

_Noreturn void abort(void) { __builtin_trap(); }

// Never answers NULL: address 0 is ordinary memory in wasm, so a forgotten check
// would write there and go on.
void *malloc(size_t size) {
  if (heap_end == 0) heap_end = (uintptr_t)&__heap_base;
  uintptr_t start = (heap_end + ALIGNMENT - 1) & ~(uintptr_t)(ALIGNMENT - 1);
  uintptr_t block = start + sizeof(header_t);
  uintptr_t end;
  if (__builtin_add_overflow(block, size, &end)) abort();

  size_t capacity = __builtin_wasm_memory_size(0) * (size_t)WASM_PAGE;
  if (end > capacity) {
    size_t pages = (end - capacity + WASM_PAGE - 1) / WASM_PAGE;
    if (__builtin_wasm_memory_grow(0, pages) == SIZE_MAX) abort();
  }
  ((header_t *)start)->size = size;
  heap_end = end;
  return (void *)block;
}

void *calloc(size_t count, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(count, size, &total)) abort();
  return memset(malloc(total), 0, total);
}

void *realloc(void *block, size_t size) {
  if (block == NULL) return malloc(size);
  size_t held = ((header_t *)block - 1)->size;
  if (size <= held) return block;
  return memcpy(malloc(size), block, held);
}

// The instance ends with the call, and its memory with it.
void free(void *block) { (void)block; }

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  for (size_t i = 0; i < size; i++) ((uint8_t *)to)[i] = ((const uint8_t *)from)[i];
  return to;
}

void *memset(void *block, int byte, size_t size) {
  for (size_t i = 0; i < size; i++) ((uint8_t *)block)[i] = (uint8_t)byte;
  return block;
}

int memcmp(const void *left, const void *right, size_t size) {
  const uint8_t *a = left, *b = right;
  for (size_t i = 0; i < size; i++) {
    if (a[i] != b[i]) return a[i] - b[i];
  }
  return 0;
}

size_t strlen(const char *text) {
  size_t length = 0;
  while (text[length] != '\0') length++;
  return length;
}

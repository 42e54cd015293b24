#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "AllocationCount.h"

#if defined(__GLIBC__)

// Functions of the executable stand before those of the C library; these hand on to the library's own.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static _Thread_local size_t ofThread __attribute__((tls_model("initial-exec")));
static _Atomic size_t ofProcess;

static void count(void) {
  ofThread++;
  atomic_fetch_add_explicit(&ofProcess, 1, memory_order_relaxed);
}

void *malloc(size_t size) {
  count();
  return __libc_malloc(size);
}

void *calloc(size_t items, size_t size) {
  count();
  return __libc_calloc(items, size);
}

void *realloc(void *memory, size_t size) {
  count();
  return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
  count();
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
  *memory = memalign(alignment, size);
  return *memory ? 0 : ENOMEM;
}

int allocations_are_counted(void) { return 1; }
size_t allocations_of_thread(void) { return ofThread; }
size_t allocations_of_process(void) { return atomic_load(&ofProcess); }

#else

int allocations_are_counted(void) { return 0; }
size_t allocations_of_thread(void) { return 0; }
size_t allocations_of_process(void) { return 0; }

#endif

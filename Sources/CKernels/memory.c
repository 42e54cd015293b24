#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>
#include "CKernels.h"

void *ck_reserve(size_t bytes) {
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) abort();
#if defined(MADV_HUGEPAGE)
  madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  return memory;
}

void ck_release(void *memory, size_t bytes) { munmap(memory, bytes); }

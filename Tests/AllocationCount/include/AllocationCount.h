// Counts calls of the memory allocator, for tests and benchmarks that assert that a loop allocates nothing.
#pragma once
#include <stddef.h>

// Whether this system lets a program put itself before its allocator (glibc does).
int allocations_are_counted(void);

// Calls of malloc, calloc, realloc and their aligned relatives by the calling thread, and by all threads.
size_t allocations_of_thread(void);
size_t allocations_of_process(void);

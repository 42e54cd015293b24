#if defined(__x86_64__)
#include "tables.h"
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LANES 8
#define ROWS 6
#define TABLE ck_avx2
#define SET CKAVX2
#define NAME "avx2"
#include "kernels.inc"
#pragma clang attribute pop
#endif

#if defined(__x86_64__)
#include "tables.h"
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), apply_to = function)
#define LANES 16
#define ROWS 12
#define TABLE ck_avx512
#define SET CKAVX512
#define NAME "avx512"
#include "kernels.inc"
#pragma clang attribute pop
#endif

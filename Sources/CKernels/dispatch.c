#include "tables.h"

const CKernels *ck_for(CKInstructionSet set) {
  switch (set) {
    case CKPortable:
      return &ck_portable;
#if defined(__x86_64__)
    case CKAVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &ck_avx2 : NULL;
    case CKAVX512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                     __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                     __builtin_cpu_supports("fma")
                 ? &ck_avx512
                 : NULL;
#else
    case CKAVX2:
    case CKAVX512:
      return NULL;
#endif
  }
  return NULL;
}

const CKernels *ck_best(void) {
  const CKernels *wide = ck_for(CKAVX512);
  if (wide) return wide;
  const CKernels *middle = ck_for(CKAVX2);
  return middle ? middle : &ck_portable;
}

#pragma once
#include <string.h>
#include "CKernels.h"

extern const CKernels ck_portable;
#if defined(__x86_64__)
extern const CKernels ck_avx2, ck_avx512;
#endif

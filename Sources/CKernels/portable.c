// Four lanes: SSE2 on x86-64, NEON on arm64.
#include "tables.h"
#define LANES 4
#if defined(__aarch64__)
#define ROWS 8
#else
#define ROWS 4
#endif
#define TABLE ck_portable
#define SET CKPortable
#define NAME "portable"
#include "kernels.inc"

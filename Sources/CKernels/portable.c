// Four lanes: SSE2 on x86-64, NEON on arm64.
#include "tables.h"
#define LANES 4
#define ROWS 4
#define TABLE ck_portable
#define SET CKPortable
#define NAME "portable"
#include "kernels.inc"

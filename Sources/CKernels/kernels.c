#include "CKernels.h"
int mdssm_kernels_placeholder(void) { return 0; }

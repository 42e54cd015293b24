#pragma once
int mdssm_kernels_placeholder(void);

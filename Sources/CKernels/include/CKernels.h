// The few loops that need instructions a program built for every x86-64 may not use without asking: vector forms of
// exp, log, tanh and the like, and random tensors. One table of functions per instruction set, chosen at run time.
//
// Law: element i of a result depends on element i of the inputs only, never on its place in the array, the length of
// the array or its alignment; and every instruction set gives the same bits. All sums of products are fused
// (a processor without fused multiply-add gets the C library's fmaf: the same bits, slowly).
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef enum { CKPortable, CKAVX2, CKAVX512 } CKInstructionSet;

typedef void (*CKUnary)(float *out, const float *in, size_t count);
typedef void (*CKFill)(float *out, uint32_t keyLow, uint32_t keyHigh, uint64_t first, size_t count);

// Largest errors in units of the last place, over all floats: see Tests/CKernelsTests. `out` may be `in`.
typedef struct __attribute__((swift_attr("@Sendable"))) {
  CKInstructionSet instructionSet;
  const char *name;
  size_t lanes;
  CKUnary exp, log, tanh, sigmoid, softplus, sqrt, reciprocal;
  // Elements first ..< first + count of a random tensor; the layout is that of Randomness/RandomTensor.swift.
  CKFill uniform, normal;
} CKernels;

// The fastest table this processor can run.
const CKernels *ck_best(void);

// The table of one instruction set, or null where this processor or this build lacks it.
const CKernels *ck_for(CKInstructionSet set);

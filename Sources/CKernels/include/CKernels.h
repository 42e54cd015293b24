// The loops that need instructions a program built for every x86-64 may not use without asking: elementary functions,
// elementwise programs, sums, matrix products and random tensors. One table of functions per instruction set, chosen at
// run time; and the loops around them, which walk strided tensors.
//
// Law: element i of a result depends on element i of the inputs only, never on its place in the array, the length of
// the array or its alignment; and every instruction set gives the same bits. All sums of products are fused
// (a processor without fused multiply-add gets the C library's fmaf: the same bits, slowly).
#pragma once
#include <stddef.h>
#include <stdint.h>

#define CK_SENDABLE __attribute__((swift_attr("@Sendable")))

typedef enum { CKPortable, CKAVX2, CKAVX512 } CKInstructionSet;

// Steps of an elementwise program. CKSelect picks b where a is not 0, else c; CKMaximum, CKMinimum and
// the maxima of reductions are not a number where an operand is not.
typedef enum {
  CKCopy, CKNegate, CKExp, CKLog, CKTanh, CKSigmoid, CKSoftplus, CKSqrt, CKAbsolute, CKIsNumber,
  CKAdd, CKSubtract, CKMultiply, CKDivide, CKMaximum, CKMinimum, CKLess, CKSelect
} CKStepCode;

// One step: registers[out] = code(registers[a], registers[b], registers[c]); steps of fewer operands repeat `a`.
typedef struct { uint16_t code, out, a, b, c; } CKStep;

typedef void (*CKUnary)(float *out, const float *in, size_t count);
typedef void (*CKFill)(float *out, uint32_t keyLow, uint32_t keyHigh, uint64_t first, size_t count);
// Runs steps in order over `count` elements; a register is a pointer to that many floats.
typedef void (*CKSteps)(const CKStep *steps, size_t stepCount, float *const *registers, size_t count);

// Memory that is wanted soon. Products ask for it line by line between their tiles, when memory has little else to do.
typedef struct { const void *start; size_t bytes; } CKRange;
typedef struct {
  const CKRange *ranges;
  size_t count;
  size_t workPerLine;          // multiply-adds between two lines
  size_t range, done, credit;  // where it stands: zero at the start
} CKAhead;

// C = A B, or C += A B when it continues; A is [m, k] with any strides, B [k, n] and C [m, n] have contiguous rows.
// Every element is one chain of fused multiply-adds over rising k. C overlaps neither A nor B. `ahead` may be null.
typedef void (*CKProduct)(
    float *c, ptrdiff_t rowC, const float *a, ptrdiff_t rowA, ptrdiff_t columnA, const float *b, ptrdiff_t rowB,
    size_t m, size_t n, size_t k, int continues, CKAhead *ahead);

// Largest errors in units of the last place, over all floats: see Tests/CKernelsTests. `out` may be `in`.
typedef struct CK_SENDABLE {
  CKInstructionSet instructionSet;
  const char *name;
  size_t lanes;
  CKUnary exp, log, tanh, sigmoid, softplus, sqrt, reciprocal;
  // Elements first ..< first + count of a random tensor; the layout is that of Randomness/RandomTensor.swift.
  CKFill uniform, normal;
  CKSteps steps;
  CKProduct product;
  // Copies rows of `columns` floats; a pitch is the distance from row to row. An input pitch of 0 repeats one row.
  void (*moveRows)(float *out, ptrdiff_t outPitch, const float *in, ptrdiff_t inPitch, size_t rows, size_t columns);
  // partial[j] += in[j] + in[j + 32] + ... for the 32 partial sums j; out[i] += in[i]; out[i] = max(out[i], in[i]).
  CKUnary sumLanes, addInto, largestInto;
} CKernels;

// The fastest table this processor can run.
const CKernels *ck_best(void);

// The table of one instruction set, or null where this processor or this build lacks it.
const CKernels *ck_for(CKInstructionSet set);

// Walks over strided tensors -----------------------------------------------------------------------------------------

#define CKRank 8     // the most axes that a walk has after neighbours are merged
#define CKTile 512   // floats in a register of the tile machine

// A tensor as a walk sees it: element (i0, i1, ...) lies at bases[base] + offset + sum of i * stride.
typedef struct {
  int32_t base, reg;
  int64_t offset, strides[CKRank];
} CKAccess;

typedef struct { int32_t reg; float value; } CKSplat;

// An elementwise program over a space of `rank` axes (at least 2), the last one walked fastest.
typedef struct {
  int32_t rank, registers;
  int64_t extents[CKRank];
  const CKStep *steps;
  const CKAccess *inputs, *outputs;
  const CKSplat *constants;
  size_t stepCount, inputCount, outputCount, constantCount;
} CKProgram;

// Runs the part lower ..< upper of `axis`. `scratch` holds `registers` tiles.
void ck_program(
    const CKernels *kernels, const CKProgram *program, float *const *bases, int axis, int64_t lower, int64_t upper,
    float *scratch);

// Copies 32-bit elements between strided tensors of one shape, the part lower ..< upper of `axis`.
typedef struct {
  int32_t rank;
  int64_t extents[CKRank];
  CKAccess in, out;
} CKCopyPlan;

void ck_copy(const CKCopyPlan *plan, float *const *bases, int axis, int64_t lower, int64_t upper);

// A sum or a maximum. Axes: kept ones, then reduced ones, then one inner axis that is either; strides of `out` along
// reduced axes are 0.
typedef struct {
  int32_t rank, keptRank, largest, innerReduced;
  int64_t extents[CKRank];
  CKAccess in, out;
} CKReduction;

// Reduces the part lower ..< upper of `axis` into `out` moved by `outOffset`.
void ck_reduce(
    const CKernels *kernels, const CKReduction *reduction, float *const *bases, int axis, int64_t lower, int64_t upper,
    int64_t outOffset);

// Products of stacks of matrices. The strides of `a`, `b` and `c` are those of the stack's axes.
typedef struct {
  int32_t rank, continues;
  int64_t extents[CKRank];
  CKAccess a, b, c;
  int64_t rowA, columnA, rowB, rowC, m, n, k;
} CKProductPlan;

typedef enum { CKStack, CKRows, CKDepth } CKProductAxis;

// Computes the part lower ..< upper of an axis: matrices of the stack, rows of every matrix, or terms of every sum, into
// `c` moved by `outOffset`. A plan that continues adds to `c`. `ahead` may be null.
void ck_products(
    const CKernels *kernels, const CKProductPlan *plan, float *const *bases, CKProductAxis axis, int64_t lower,
    int64_t upper, int64_t outOffset, CKAhead *ahead);

// Memory -------------------------------------------------------------------------------------------------------------

// Memory for a program's working buffers, zero at the start, in large pages where the system has them.
void *ck_reserve(size_t bytes);
void ck_release(void *memory, size_t bytes);

// Workers ------------------------------------------------------------------------------------------------------------

typedef struct CKWorkers CKWorkers;
typedef void (*CKTask)(void *context, size_t item, size_t worker);

// Processors that this process may use.
size_t ck_processors(void);

// A team of `count` workers: the thread that calls ck_work and count - 1 threads of its own.
CKWorkers *ck_hire(size_t count);
void ck_dismiss(CKWorkers *workers);

// Runs task(context, 0 ..< items, worker), each item once, in any order; returns when all are done. Workers have numbers
// from 0 below the count. A call while the team is busy runs on the calling thread alone, as worker 0.
void ck_work(CKWorkers *workers, CKTask task, void *context, size_t items);

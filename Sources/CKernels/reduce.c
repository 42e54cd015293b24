// Sums and maxima in a fixed order: kept axes outside, reduced axes inside, rising indices.
#include <math.h>
#include "tables.h"

// Not a number where either is not.
static float larger(float a, float b) { return a < b || b != b ? b : a; }

// Rows along the reduced axes go through 32 partial sums, which are added pairwise at the end.
static float folded(const float *partial, int largest) {
  float fold[32];
  memcpy(fold, partial, sizeof fold);
  for (int half = 16; half >= 1; half /= 2)
    for (int j = 0; j < half; j++)
      fold[j] = largest ? larger(fold[j], fold[j + half]) : fold[j] + fold[j + half];
  return fold[0];
}

static void largestLanes(const CKernels *kernels, float *partial, const float *in, int64_t count) {
  int64_t i = 0;
  for (; i + 32 <= count; i += 32) kernels->largestInto(partial, in + i, 32);
  if (i < count) kernels->largestInto(partial, in + i, (size_t)(count - i));
}

static void reduceRow(const CKernels *kernels, int largest, float *partial, const float *in, int64_t count, int64_t stride) {
  float row[CKTile];
  while (count > 0) {
    int64_t part = stride == 1 ? count : count < CKTile ? count : CKTile;
    const float *values = in;
    if (stride != 1) {
      for (int64_t i = 0; i < part; i++) row[i] = in[i * stride];
      values = row;
    }
    if (largest) largestLanes(kernels, partial, values, part);
    else kernels->sumLanes(partial, values, (size_t)part);
    in += part * stride;
    count -= part;
  }
}

// Adds the row `in` of stride `stride` to the contiguous row `out`.
static void reduceInto(const CKernels *kernels, int largest, float *out, const float *in, int64_t count, int64_t stride) {
  CKUnary into = largest ? kernels->largestInto : kernels->addInto;
  if (stride == 1) {
    into(out, in, (size_t)count);
    return;
  }
  float row[CKTile];
  for (int64_t done = 0; done < count; done += CKTile) {
    int64_t part = count - done < CKTile ? count - done : CKTile;
    for (int64_t i = 0; i < part; i++) row[i] = in[(done + i) * stride];
    into(out + done, row, (size_t)part);
  }
}

void ck_reduce(
    const CKernels *kernels, const CKReduction *reduction, float *const *bases, int axis, int64_t lower, int64_t upper,
    int64_t outOffset) {
  const int rank = reduction->rank, inner = rank - 1, kept = reduction->keptRank, largest = reduction->largest;
  const CKAccess *in = &reduction->in, *out = &reduction->out;
  int64_t extents[CKRank], at[CKRank] = {0};
  for (int d = 0; d < rank; d++) extents[d] = reduction->extents[d];
  extents[axis] = upper - lower;
  const float *source = bases[in->base] + in->offset + lower * in->strides[axis];
  float *target = bases[out->base] + out->offset + lower * out->strides[axis] + outOffset;
  const float start = largest ? -INFINITY : 0.0f;
  int isEmpty = 0;
  for (int d = 0; d < kept; d++)
    if (extents[d] <= 0) return;
  if (!reduction->innerReduced && extents[inner] <= 0) return;
  for (int d = kept; d < rank; d++) isEmpty |= extents[d] <= 0;
  const int64_t columns = extents[inner];

  for (;;) {
    const float *from = source;
    float *to = target;
    for (int d = 0; d < kept; d++) {
      from += at[d] * in->strides[d];
      to += at[d] * out->strides[d];
    }
    float partial[32];
    for (int j = 0; j < 32; j++) partial[j] = start;
    if (!reduction->innerReduced)
      for (int64_t i = 0; i < columns; i++) to[i] = start;
    for (int d = kept; d < inner; d++) at[d] = 0;
    while (!isEmpty) {
      const float *row = from;
      for (int d = kept; d < inner; d++) row += at[d] * in->strides[d];
      if (reduction->innerReduced) reduceRow(kernels, largest, partial, row, columns, in->strides[inner]);
      else reduceInto(kernels, largest, to, row, columns, in->strides[inner]);
      int d = inner - 1;
      while (d >= kept && ++at[d] == extents[d]) at[d--] = 0;
      if (d < kept) break;
    }
    if (reduction->innerReduced) *to = folded(partial, largest);
    int d = kept - 1;
    while (d >= 0 && ++at[d] == extents[d]) at[d--] = 0;
    if (d < 0) return;
  }
}

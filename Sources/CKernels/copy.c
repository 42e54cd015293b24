// Copies between strided tensors: whole rows where both sides are contiguous, small blocks where one is transposed.
#include "tables.h"

#define BLOCK 16

static void copyTransposed(
    float *out, int64_t outStride, const float *in, int64_t inStride, int64_t rows, int64_t columns) {
  // out[r * outStride + c] = in[r + c * inStride]
  for (int64_t r0 = 0; r0 < rows; r0 += BLOCK) {
    int64_t r1 = r0 + BLOCK < rows ? r0 + BLOCK : rows;
    for (int64_t c0 = 0; c0 < columns; c0 += BLOCK) {
      int64_t c1 = c0 + BLOCK < columns ? c0 + BLOCK : columns;
      for (int64_t r = r0; r < r1; r++)
        for (int64_t c = c0; c < c1; c++) out[r * outStride + c] = in[r + c * inStride];
    }
  }
}

void ck_copy(const CKCopyPlan *plan, float *const *bases, int axis, int64_t lower, int64_t upper) {
  const int rank = plan->rank, inner = rank - 1;
  int64_t extents[CKRank], at[CKRank] = {0};
  for (int d = 0; d < rank; d++) extents[d] = plan->extents[d];
  extents[axis] = upper - lower;
  for (int d = 0; d < rank; d++)
    if (extents[d] <= 0) return;
  const float *in = bases[plan->in.base] + plan->in.offset + lower * plan->in.strides[axis];
  float *out = bases[plan->out.base] + plan->out.offset + lower * plan->out.strides[axis];
  const int64_t columns = extents[inner], inStride = plan->in.strides[inner], outStride = plan->out.strides[inner];

  // Where rows of `in` run along another axis, that axis and the last one are copied in blocks.
  int crossed = -1;
  if (outStride == 1 && inStride != 1 && inStride != 0)
    for (int d = 0; d < inner; d++)
      if (plan->in.strides[d] == 1 && extents[d] > 1) crossed = d;
  const int64_t crossedExtent = crossed < 0 ? 0 : extents[crossed];
  if (crossed >= 0) extents[crossed] = 1;

  for (;;) {
    const float *from = in;
    float *to = out;
    for (int d = 0; d < inner; d++) {
      from += at[d] * plan->in.strides[d];
      to += at[d] * plan->out.strides[d];
    }
    if (crossed >= 0) {
      copyTransposed(to, plan->out.strides[crossed], from, inStride, crossedExtent, columns);
    } else if (inStride == 1 && outStride == 1) {
      memcpy(to, from, (size_t)columns * sizeof *to);
    } else if (inStride == 0 && outStride == 1) {
      for (int64_t i = 0; i < columns; i++) to[i] = *from;
    } else {
      for (int64_t i = 0; i < columns; i++) memcpy(to + i * outStride, from + i * inStride, sizeof *to);
    }
    int d = inner - 1;
    while (d >= 0 && ++at[d] == extents[d]) at[d--] = 0;
    if (d < 0) return;
  }
}

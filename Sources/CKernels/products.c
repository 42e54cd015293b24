// Products of stacks of matrices, in blocks of rows that stay in the second-level cache.
#include "tables.h"

#define BLOCK 240

void ck_products(
    const CKernels *kernels, const CKProductPlan *plan, float *const *bases, CKProductAxis axis, int64_t lower,
    int64_t upper, int64_t outOffset, CKAhead *ahead) {
  int64_t matrices = 1, first = 0, last, row = 0, rows = plan->m, term = 0, terms = plan->k;
  for (int d = 0; d < plan->rank; d++) matrices *= plan->extents[d];
  last = matrices;
  if (axis == CKStack) first = lower, last = upper;
  if (axis == CKRows) row = lower, rows = upper - lower;
  if (axis == CKDepth) term = lower, terms = upper - lower;
  for (int64_t matrix = first; matrix < last; matrix++) {
    const float *a = bases[plan->a.base] + plan->a.offset + row * plan->rowA + term * plan->columnA;
    const float *b = bases[plan->b.base] + plan->b.offset + term * plan->rowB;
    float *c = bases[plan->c.base] + plan->c.offset + row * plan->rowC + outOffset;
    int64_t rest = matrix;
    for (int d = plan->rank - 1; d >= 0; d--) {
      const int64_t i = rest % plan->extents[d];
      rest /= plan->extents[d];
      a += i * plan->a.strides[d];
      b += i * plan->b.strides[d];
      c += i * plan->c.strides[d];
    }
    for (int64_t done = 0; done < rows; done += BLOCK) {
      const int64_t part = rows - done < BLOCK ? rows - done : BLOCK;
      kernels->product(
          c + done * plan->rowC, plan->rowC, a + done * plan->rowA, plan->rowA, plan->columnA, b, plan->rowB, (size_t)part,
          (size_t)plan->n, (size_t)terms, plan->continues, ahead);
    }
  }
}

// Prints a checksum of the bits that each kernel of the best table gives, for comparisons between machines.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "CKernels.h"

#define COUNT (1 << 16)

static float in[COUNT], out[COUNT];

// FNV-1a; every not-a-number counts as the same.
static unsigned long long checksum(const float *values, size_t count) {
  unsigned long long hash = 14695981039346656037ull;
  for (size_t i = 0; i < count; i++) {
    unsigned bits;
    memcpy(&bits, &values[i], sizeof bits);
    if (values[i] != values[i]) bits = 0x7FC00000u;
    for (int byte = 0; byte < 4; byte++) hash = (hash ^ (bits >> (8 * byte) & 255)) * 1099511628211ull;
  }
  return hash;
}

static void report(const char *name) { printf("%s %016llx\n", name, checksum(out, COUNT)); }

int main(void) {
  const CKernels *k = ck_best();
  const struct { const char *name; CKUnary function; } unary[] = {
      {"exp", k->exp}, {"log", k->log}, {"tanh", k->tanh}, {"sigmoid", k->sigmoid}, {"softplus", k->softplus},
      {"sqrt", k->sqrt}, {"reciprocal", k->reciprocal}};
  for (size_t f = 0; f < sizeof unary / sizeof unary[0]; f++) {
    for (unsigned part = 0; part < 8; part++) {
      for (unsigned i = 0; i < COUNT; i++) {
        unsigned bits = (part * COUNT + i) * 8191u;
        memcpy(&in[i], &bits, sizeof bits);
      }
      unary[f].function(out, in, COUNT);
      report(unary[f].name);
    }
  }
  k->uniform(out, 7, 11, 5, COUNT);
  report("uniform");
  k->normal(out, 7, 11, 3, COUNT);
  report("normal");
  for (unsigned i = 0; i < COUNT; i++) in[i] = out[i];
  for (size_t n = 1; n < 256; n += 37) {
    memset(out, 0, sizeof out);
    k->product(out, (ptrdiff_t)n, in, 200, 1, in + 1000, (ptrdiff_t)n, 1 + n / 2, n, 200, 0, NULL);
    report("product");
  }
  memset(out, 0, sizeof out);
  k->sumLanes(out, in, COUNT - 5);
  report("sumLanes");
  k->addInto(out, in, COUNT - 3);
  report("addInto");
  k->largestInto(out, in, COUNT - 3);
  report("largestInto");
  return 0;
}

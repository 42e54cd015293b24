// Walks the space of an elementwise program in tiles: rows of the last axis, as many as fit into a register.
#include "tables.h"

// What a register was last filled with, to fill it once for tiles that read the same.
typedef struct {
  const float *source;
  int64_t rows, columns;
} Filled;

static void splat(float *out, float value, int64_t count) {
  for (int64_t i = 0; i < count; i++) out[i] = value;
}

static void gather(
    const CKernels *kernels, float *out, const float *in, int64_t rows, int64_t rowStride, int64_t columns,
    int64_t columnStride) {
  if (columnStride == 1) {
    kernels->moveRows(out, columns, in, rowStride, (size_t)rows, (size_t)columns);
    return;
  }
  for (int64_t r = 0; r < rows; r++, out += columns, in += rowStride) {
    if (columnStride == 0) {
      splat(out, *in, columns);
    } else {
      for (int64_t i = 0; i < columns; i++) out[i] = in[i * columnStride];
    }
  }
}

static int isWhole(const CKAccess *access, int rank, int64_t rows, int64_t columns) {
  return access->strides[rank - 1] == 1 && (rows == 1 || access->strides[rank - 2] == columns);
}

void ck_program(
    const CKernels *kernels, const CKProgram *program, float *const *bases, int axis, int64_t lower, int64_t upper,
    float *scratch) {
  const int rank = program->rank;
  int64_t extents[CKRank], start[CKRank] = {0}, at[CKRank] = {0};
  for (int d = 0; d < rank; d++) extents[d] = program->extents[d];
  extents[axis] = upper - lower;
  start[axis] = lower;
  for (int d = 0; d < rank; d++)
    if (extents[d] <= 0) return;
  const int64_t rows = extents[rank - 2], columns = extents[rank - 1];
  const int64_t tileColumns = columns < CKTile ? columns : CKTile;
  const int64_t tileRows = tileColumns < columns ? 1 : CKTile / tileColumns;

  float *registers[program->registers];
  for (int r = 0; r < program->registers; r++) registers[r] = scratch + r * CKTile;
  for (size_t c = 0; c < program->constantCount; c++)
    splat(registers[program->constants[c].reg], program->constants[c].value, CKTile);
  Filled filled[program->inputCount + 1];
  memset(filled, 0, sizeof filled);
  const size_t inputCount = program->inputCount, outputCount = program->outputCount;
  float *origins[inputCount + outputCount + 1];

  for (;;) {
    for (size_t i = 0; i < inputCount + outputCount; i++) {
      const CKAccess *access = i < inputCount ? &program->inputs[i] : &program->outputs[i - inputCount];
      origins[i] = bases[access->base] + access->offset;
      for (int d = 0; d < rank; d++) origins[i] += (start[d] + at[d]) * access->strides[d];
    }
    for (int64_t r = 0; r < rows; r += tileRows) {
      const int64_t rowCount = rows - r < tileRows ? rows - r : tileRows;
      for (int64_t j = 0; j < columns; j += tileColumns) {
        const int64_t columnCount = columns - j < tileColumns ? columns - j : tileColumns;
        for (size_t i = 0; i < inputCount; i++) {
          const CKAccess *in = &program->inputs[i];
          float *source = origins[i] + r * in->strides[rank - 2] + j * in->strides[rank - 1];
          if (isWhole(in, rank, rowCount, columnCount)) {
            registers[in->reg] = source;
            continue;
          }
          const int64_t rowStride = in->strides[rank - 2];
          const int isSame = filled[i].source == source && filled[i].columns == columnCount &&
                             (rowStride == 0 || rowCount == 1) && filled[i].rows >= rowCount;
          float *own = scratch + in->reg * CKTile;
          registers[in->reg] = own;
          if (isSame) continue;
          gather(kernels, own, source, rowCount, rowStride, columnCount, in->strides[rank - 1]);
          filled[i] = (Filled){source, rowCount, columnCount};
        }
        float *targets[outputCount + 1];
        for (size_t o = 0; o < outputCount; o++) {
          const CKAccess *out = &program->outputs[o];
          float *target = origins[inputCount + o] + r * out->strides[rank - 2] + j * out->strides[rank - 1];
          targets[o] = target;
          registers[out->reg] =
              isWhole(out, rank, rowCount, columnCount) ? target : scratch + out->reg * CKTile;
        }
        kernels->steps(program->steps, program->stepCount, registers, (size_t)(rowCount * columnCount));
        for (size_t o = 0; o < outputCount; o++) {
          const CKAccess *out = &program->outputs[o];
          if (registers[out->reg] == targets[o]) continue;
          const float *value = registers[out->reg];
          const int64_t rowStride = out->strides[rank - 2], columnStride = out->strides[rank - 1];
          if (columnStride == 1) {
            kernels->moveRows(
                targets[o], rowStride, value, columnCount, (size_t)rowCount, (size_t)columnCount);
            continue;
          }
          for (int64_t k = 0; k < rowCount; k++, value += columnCount)
            for (int64_t i = 0; i < columnCount; i++) targets[o][k * rowStride + i * columnStride] = value[i];
        }
      }
    }
    int d = rank - 3;
    while (d >= 0 && ++at[d] == extents[d]) at[d--] = 0;
    if (d < 0) return;
  }
}

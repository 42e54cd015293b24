// The functions of libmatio that ArrayFiles calls: each looks itself up in the library at its first call.
#include <dlfcn.h>
#include "CGuard.h"
#pragma GCC visibility push(hidden)
#include "CMatio.h"
#pragma GCC visibility pop

static struct cguard_library library = {.title = "libmatio"};

// The library under the names that distributions give it.
static const char *const names[] = {"libmatio.so.11", "libmatio.so.13", "libmatio.so"};

static int fits(void *found) {
  void (*version)(int *, int *, int *) = dlsym(found, "Mat_GetLibraryVersion");
  int major = 0, minor = 0, release = 0;
  if (version) version(&major, &minor, &release);
  return major == MATIO_MAJOR_VERSION && minor == MATIO_MINOR_VERSION && release == MATIO_RELEASE_LEVEL;
}

int cmatio_load(void) { return cguard_open(&library, names, sizeof names / sizeof *names, fits); }

int cmatio_lost(void) { return library.lost; }

#define FORWARD(result, name, parameters, arguments) \
  CGUARD_FORWARD(library, result, name, parameters, arguments, (result)0)

FORWARD(int, Mat_Close, (mat_t *a), (a))
FORWARD(char **, Mat_GetDir, (mat_t *a, size_t *b), (a, b))
FORWARD(mat_t *, Mat_Open, (const char *a, int b), (a, b))
FORWARD(matvar_t *, Mat_VarGetCell, (matvar_t *a, int b), (a, b))
FORWARD(unsigned, Mat_VarGetNumberOfFields, (matvar_t *a), (a))
FORWARD(matvar_t *, Mat_VarGetStructFieldByName, (matvar_t *a, const char *b, size_t c), (a, b, c))
FORWARD(char *const *, Mat_VarGetStructFieldnames, (const matvar_t *a), (a))
FORWARD(matvar_t *, Mat_VarRead, (mat_t *a, const char *b), (a, b))
FORWARD(matvar_t *, Mat_VarReadInfo, (mat_t *a, const char *b), (a, b))

// A function of the library that returns nothing.
static int freed(matvar_t *a) {
  static void (*real)(matvar_t *);
  if (library.lost) return -1;
  if (!real) real = (void (*)(matvar_t *))cguard_find(&library, "Mat_VarFree");
  if (sigsetjmp(*cguard_enter(&library), 0)) return cguard_settle(), -1;
  cguard_start();
  real(a);
  cguard_leave();
  return 0;
}

void Mat_VarFree(matvar_t *a) { freed(a); }

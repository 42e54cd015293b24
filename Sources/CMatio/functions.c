// The functions of libmatio that ArrayFiles calls: each looks itself up in the library at its first call.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#pragma GCC visibility push(hidden)
#include "CMatio.h"
#pragma GCC visibility pop

static void *library;

// The library under the names that distributions give it.
static const char *const names[] = {"libmatio.so.11", "libmatio.so.13", "libmatio.so"};

int cmatio_load(void) {
  for (size_t i = 0; !library && i < sizeof names / sizeof *names; i++) {
    void *found = dlopen(names[i], RTLD_LAZY | RTLD_LOCAL);
    if (!found) continue;
    void (*version)(int *, int *, int *) = dlsym(found, "Mat_GetLibraryVersion");
    int major = 0, minor = 0, release = 0;
    if (version) version(&major, &minor, &release);
    int fits = major == MATIO_MAJOR_VERSION && minor == MATIO_MINOR_VERSION && release == MATIO_RELEASE_LEVEL;
    if (fits) library = found; else dlclose(found);
  }
  return library ? 0 : -1;
}

static void *find(const char *name) {
  void *found = library ? dlsym(library, name) : NULL;
  if (found) return found;
  fprintf(stderr, "libmatio has no %s, or was not loaded\n", name);
  abort();
}

#define FORWARD(result, name, parameters, arguments)  \
  result name parameters {                            \
    static result (*real) parameters;                 \
    if (!real) real = (result (*) parameters)find(#name); \
    return real arguments;                            \
  }

FORWARD(int, Mat_Close, (mat_t *a), (a))
FORWARD(char **, Mat_GetDir, (mat_t *a, size_t *b), (a, b))
FORWARD(mat_t *, Mat_Open, (const char *a, int b), (a, b))
FORWARD(matvar_t *, Mat_VarGetCell, (matvar_t *a, int b), (a, b))
FORWARD(unsigned, Mat_VarGetNumberOfFields, (matvar_t *a), (a))
FORWARD(matvar_t *, Mat_VarGetStructFieldByName, (matvar_t *a, const char *b, size_t c), (a, b, c))
FORWARD(char *const *, Mat_VarGetStructFieldnames, (const matvar_t *a), (a))
FORWARD(matvar_t *, Mat_VarRead, (mat_t *a, const char *b), (a, b))
FORWARD(matvar_t *, Mat_VarReadInfo, (mat_t *a, const char *b), (a, b))

void Mat_VarFree(matvar_t *a) {
  static void (*real)(matvar_t *);
  if (!real) real = (void (*)(matvar_t *))find("Mat_VarFree");
  real(a);
}

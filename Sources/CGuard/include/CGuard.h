// Libraries that read files of others, opened when they are first needed and called so that a damaged file ends in an error:
// a call that crashes, or takes more processor time than its operation was allowed, returns as failed. From then on the
// library counts as lost, because nobody knows in what state it was left, and every later call of it fails at once.
//
// Only C is jumped over on the way back: a function that the library calls back must not be Swift unless the guard is set
// aside for as long as it runs (cguard_aside).
#ifndef MDSSM_CGUARD_H
#define MDSSM_CGUARD_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

struct cguard_library {
  const char *title;
  void *handle;
  // Where its code lies in memory.
  uintptr_t start, end;
  // 0, or the signal that a call of it ended with; CGUARD_ENDLESS for one that did not end.
  volatile int lost;
};

enum { CGUARD_ENDLESS = -1 };

// Opens the first of some names that the test accepts, unless one is open. Returns 0 when there is one.
int cguard_open(struct cguard_library *library, const char *const *names, size_t count, int (*fits)(void *handle));

// A function or variable of an open library; ends the program when there is none.
void *cguard_find(const struct cguard_library *library, const char *name);

// An operation begins and ends; within it, calls of libraries are bounded together. They may be nested.
// file: what is read, for the last words of a program whose memory a library has broken.
void cguard_begin(const char *file);
void cguard_end(void);

// Allows the operation that is under way more processor time.
void cguard_allow(double seconds);

// Processor time of an operation, seconds: that of the environment variable MDSSM_READ_SECONDS, else 20.
double cguard_seconds(void);

// Around a function that a library calls back; such a function must not call a guarded library.
void cguard_aside(int is_aside);

// For CGUARD_FORWARD alone.
sigjmp_buf *cguard_enter(struct cguard_library *library);
void cguard_start(void);
void cguard_leave(void);
void cguard_settle(void);

// A function of a library under its own name, which looks itself up at its first call. What a call returns that fails is last.
#define CGUARD_FORWARD(library, result, name, parameters, arguments, failed)         \
  result name parameters {                                                           \
    static result (*real) parameters;                                                \
    if ((library).lost) return failed;                                               \
    if (!real) real = (result (*) parameters)cguard_find(&(library), #name);         \
    if (sigsetjmp(*cguard_enter(&(library)), 0)) return cguard_settle(), failed;     \
    cguard_start();                                                                  \
    result value = real arguments;                                                   \
    cguard_leave();                                                                  \
    return value;                                                                    \
  }

#endif

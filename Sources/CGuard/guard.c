#define _GNU_SOURCE
#include "CGuard.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

enum { STACK = 64 << 10, SECOND = 1000 * 1000 * 1000 };

// What one thread is doing.
static _Thread_local struct {
  struct cguard_library *library;  // of the call that is under way
  volatile sig_atomic_t is_inside; // whether a signal may end that call
  volatile sig_atomic_t is_settling;
  volatile sig_atomic_t is_armed;
  int depth;                       // of operations
  volatile int64_t used, allowed;  // processor time of the operation, nanoseconds
  int64_t step;                    // from one look at it to the next
  const char *volatile file;
  int has_timer;
  timer_t timer;
  sigjmp_buf place;
  char *stack;
} own;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int64_t allowance;
static struct sigaction before[NSIG];
static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

static int tick(void) { return SIGRTMIN + 9; }

// MARK: Time

// Lets the thread be told when it has computed for another step.
static void arm(void) {
  struct itimerspec when = {.it_value = {own.step / SECOND, own.step % SECOND}};
  own.is_armed = own.has_timer && timer_settime(own.timer, 0, &when, NULL) == 0;
}

static int make_timer(clockid_t clock, timer_t *timer) {
  struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = tick()};
  event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
  return timer_create(clock, &event, timer) == 0;
}

// MARK: Signals

// Whether the thread was computing in the library itself. Elsewhere it may hold a lock, such as that of the allocator.
static int is_in_library(const void *context) {
  const ucontext_t *machine = context;
#if defined(__x86_64__)
  uintptr_t place = (uintptr_t)machine->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
  uintptr_t place = (uintptr_t)machine->uc_mcontext.pc;
#else
#error "where does this machine keep the place of its next instruction?"
#endif
  return place >= own.library->start && place < own.library->end;
}

static void say(const char *text) {
  ssize_t written = write(STDERR_FILENO, text, strlen(text));
  (void)written;
}

// The file over which a library crashed: what it wrote where before may show later and anywhere.
static char crashed[4096];

static void end_program(void) {
  say("error: a damaged file broke the memory of this program while it was read: ");
  say(crashed[0] ? crashed : own.file ? own.file : "(unknown)");
  say("\n");
  _exit(66);
}

static void jump(int reason) {
  own.is_inside = 0;
  if (reason != CGUARD_ENDLESS && own.file && !crashed[0]) strncpy(crashed, own.file, sizeof crashed - 1);
  own.library->lost = reason;
  siglongjmp(own.place, 1);
}

static void on_tick(int number, siginfo_t *info, void *context) {
  (void)number, (void)info;
  int error = errno;
  if (own.is_settling) end_program();
  own.is_armed = 0;
  if (own.depth > 0) {
    own.used += own.step;
    int is_over = own.used >= own.allowed;
    // From then on often, for the moment when the thread holds no lock.
    if (is_over) own.step = SECOND / 500;
    arm();
    if (is_over && own.is_inside && is_in_library(context)) jump(CGUARD_ENDLESS);
  }
  errno = error;
}

static void on_crash(int number, siginfo_t *info, void *context) {
  if (own.is_settling) end_program();
  if (own.is_inside) jump(number);
  // A trap of ours is not the library's work.
  int is_memory = number != SIGILL && number != SIGFPE;
  if (is_memory && (own.depth > 0 || crashed[0])) end_program();
  // Not ours: as if this handler were not there.
  struct sigaction *old = &before[number];
  if (old->sa_flags & SA_SIGINFO) {
    old->sa_sigaction(number, info, context);
  } else if (old->sa_handler != SIG_DFL && old->sa_handler != SIG_IGN) {
    old->sa_handler(number);
  } else {
    sigaction(number, old, NULL);
    // A crash comes again by itself; a signal that was sent does not.
    if (info->si_code <= 0) raise(number);
  }
}

// MARK: Threads

static void forget_thread(void *stack) {
  stack_t none = {.ss_flags = SS_DISABLE};
  if (own.stack == stack) sigaltstack(&none, NULL);
  if (own.has_timer) timer_delete(own.timer);
  own.has_timer = own.is_armed = 0;
  free(stack);
}

static void prepare(void) {
  const char *text = getenv("MDSSM_READ_SECONDS");
  double seconds = text ? strtod(text, NULL) : 0;
  allowance = (int64_t)((seconds > 0 && seconds < 1e9 ? seconds : 20) * SECOND);
  pthread_key_create(&key, forget_thread);
  struct sigaction action = {.sa_flags = SA_SIGINFO | SA_RESTART, .sa_sigaction = on_tick};
  sigaction(tick(), &action, NULL);
  // Not blocked while it is handled, for a handler that jumps does not return; on a stack of its own, for the usual one may
  // be full.
  action = (struct sigaction){.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK, .sa_sigaction = on_crash};
  for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) sigaction(crashes[i], &action, &before[crashes[i]]);
}

static void prepare_thread(void) {
  // A thread of a pool, or a process that one has started, begins with all of them blocked.
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, tick());
  for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) sigaddset(&ours, crashes[i]);
  pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
  stack_t now;
  own.stack = malloc(STACK);
  if (own.stack && sigaltstack(NULL, &now) == 0 && (now.ss_flags & SS_DISABLE)) {
    stack_t mine = {.ss_sp = own.stack, .ss_size = STACK};
    sigaltstack(&mine, NULL);
  }
  own.has_timer = make_timer(CLOCK_THREAD_CPUTIME_ID, &own.timer);
  pthread_setspecific(key, own.stack);
}

// MARK: Operations and calls

double cguard_seconds(void) {
  pthread_once(&once, prepare);
  return (double)allowance / SECOND;
}

void cguard_begin(const char *file) {
  if (own.depth++ > 0) return;
  pthread_once(&once, prepare);
  if (!own.stack) prepare_thread();
  own.used = 0;
  own.allowed = allowance;
  own.step = allowance / 8 < SECOND / 2 ? allowance / 8 : SECOND / 2;
  own.file = file;
  if (!own.is_armed) arm();
}

void cguard_end(void) {
  if (own.depth > 0 && --own.depth == 0) own.file = NULL;
}

void cguard_allow(double seconds) {
  if (seconds > 0) own.allowed += seconds < 1e9 ? (int64_t)(seconds * SECOND) : (int64_t)1 << 60;
}

void cguard_aside(int is_aside) { own.is_inside = !is_aside; }

sigjmp_buf *cguard_enter(struct cguard_library *library) {
  own.library = library;
  return &own.place;
}

void cguard_start(void) { own.is_inside = 1; }

void cguard_leave(void) { own.is_inside = 0; }

// After a jump: what if the library was inside the allocator? Then the next call of the allocator would wait for ever for a
// lock that this thread holds, or crash. It is called here, where that ends the program with words.
void cguard_settle(void) {
  // Jumping out of its handler has left it blocked.
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, tick());
  pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
  timer_t timer;
  if (!make_timer(CLOCK_MONOTONIC, &timer)) return;
  struct itimerspec when = {.it_value = {2, 0}};
  timer_settime(timer, 0, &when, NULL);
  own.is_settling = 1;
  for (size_t size = 64; size < 8 << 20; size *= 4) {
    volatile char *piece = malloc(size);
    if (piece) piece[0] = 1;
    free((void *)piece);
  }
  own.is_settling = 0;
  timer_delete(timer);
}

// MARK: Libraries

// Notes where the code of a library lies, once its address is known to be that of `info`.
static int look(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size;
  struct cguard_library *library = data;
  const struct link_map *map;
  if (dlinfo(library->handle, RTLD_DI_LINKMAP, &map) || map->l_addr != info->dlpi_addr) return 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &info->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || !(part->p_flags & PF_X)) continue;
    library->start = info->dlpi_addr + part->p_vaddr;
    library->end = library->start + part->p_memsz;
  }
  return 1;
}

int cguard_open(struct cguard_library *library, const char *const *names, size_t count, int (*fits)(void *)) {
  for (size_t i = 0; !library->handle && i < count; i++) {
    void *found = dlopen(names[i], RTLD_LAZY | RTLD_LOCAL);
    if (!found) continue;
    if (!fits(found)) {
      dlclose(found);
      continue;
    }
    library->handle = found;
    dl_iterate_phdr(look, library);
  }
  return library->handle ? 0 : -1;
}

void *cguard_find(const struct cguard_library *library, const char *name) {
  void *found = library->handle ? dlsym(library->handle, name) : NULL;
  if (!found) {
    fprintf(stderr, "%s has no %s, or was not loaded\n", library->title, name);
    abort();
  }
  return found;
}

// A small team of threads that waits for work by spinning for a moment, then sleeping: a parallel loop costs about a
// microsecond, and an idle program no processor time.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#include "CKernels.h"

// One atomic word holds the round, its number of items and the next item: a late worker cannot take from another round.
#define ITEM_BITS 20
#define ITEM_MASK ((1ull << ITEM_BITS) - 1)
#define SPINS 20000

struct CKWorkers {
  _Atomic uint64_t ticket;  // round << 40 | items << 20 | next
  _Atomic(CKTask) task;
  _Atomic(void *) context;
  _Atomic size_t done;
  _Atomic int sleepers, leaving;
  atomic_flag busy;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  size_t threads;
  struct Member {
    struct CKWorkers *team;
    size_t number;
    pthread_t thread;
  } members[];
};

size_t ck_processors(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return (size_t)CPU_COUNT(&set);
#endif
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (size_t)online : 1;
}

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int hasItems(uint64_t ticket) { return (ticket & ITEM_MASK) < (ticket >> ITEM_BITS & ITEM_MASK); }

static void takeItems(CKWorkers *team, size_t worker) {
  uint64_t ticket = atomic_load(&team->ticket);
  while (hasItems(ticket)) {
    CKTask task = atomic_load(&team->task);
    void *context = atomic_load(&team->context);
    if (!atomic_compare_exchange_weak(&team->ticket, &ticket, ticket + 1)) continue;
    task(context, ticket & ITEM_MASK, worker);
    atomic_fetch_add(&team->done, 1);
    ticket = atomic_load(&team->ticket);
  }
}

static void *workerLoop(void *argument) {
  struct Member *member = argument;
  CKWorkers *team = member->team;
  while (!atomic_load(&team->leaving)) {
    takeItems(team, member->number);
    int spins = 0;
    while (spins < SPINS && !hasItems(atomic_load_explicit(&team->ticket, memory_order_relaxed))) {
      pause_briefly();
      spins++;
    }
    if (spins < SPINS) continue;
    pthread_mutex_lock(&team->mutex);
    atomic_fetch_add(&team->sleepers, 1);
    while (!hasItems(atomic_load(&team->ticket)) && !atomic_load(&team->leaving))
      pthread_cond_wait(&team->wake, &team->mutex);
    atomic_fetch_sub(&team->sleepers, 1);
    pthread_mutex_unlock(&team->mutex);
  }
  return NULL;
}

static void wakeSleepers(CKWorkers *team) {
  if (atomic_load(&team->sleepers) == 0) return;
  pthread_mutex_lock(&team->mutex);
  pthread_cond_broadcast(&team->wake);
  pthread_mutex_unlock(&team->mutex);
}

CKWorkers *ck_hire(size_t count) {
  size_t wanted = count > 0 ? count - 1 : 0;
  CKWorkers *team = calloc(1, sizeof *team + wanted * sizeof team->members[0]);
  if (!team) abort();
  atomic_flag_clear(&team->busy);
  pthread_mutex_init(&team->mutex, NULL);
  pthread_cond_init(&team->wake, NULL);
  for (size_t i = 0; i < wanted; i++) {
    struct Member *member = &team->members[team->threads];
    *member = (struct Member){.team = team, .number = team->threads + 1};
    // A system that grants fewer threads gets a smaller team.
    if (pthread_create(&member->thread, NULL, workerLoop, member) != 0) break;
    team->threads++;
  }
  return team;
}

void ck_dismiss(CKWorkers *team) {
  pthread_mutex_lock(&team->mutex);
  atomic_store(&team->leaving, 1);
  pthread_cond_broadcast(&team->wake);
  pthread_mutex_unlock(&team->mutex);
  for (size_t i = 0; i < team->threads; i++) pthread_join(team->members[i].thread, NULL);
  pthread_mutex_destroy(&team->mutex);
  pthread_cond_destroy(&team->wake);
  free(team);
}

static void workAlone(CKTask task, void *context, size_t first, size_t items) {
  for (size_t i = first; i < items; i++) task(context, i, 0);
}

void ck_work(CKWorkers *team, CKTask task, void *context, size_t items) {
  if (items <= 1 || items > ITEM_MASK || team->threads == 0 || atomic_flag_test_and_set(&team->busy)) {
    workAlone(task, context, 0, items);
    return;
  }
  atomic_store(&team->task, task);
  atomic_store(&team->context, context);
  atomic_store(&team->done, 0);
  uint64_t round = (atomic_load(&team->ticket) >> (2 * ITEM_BITS)) + 1;
  atomic_store(&team->ticket, round << (2 * ITEM_BITS) | (uint64_t)items << ITEM_BITS);
  wakeSleepers(team);
  takeItems(team, 0);
  // A worker that lost its processor to another program gets it back sooner from a caller that yields.
  for (int spins = 0; atomic_load(&team->done) < items; spins++)
    if (spins < SPINS) pause_briefly();
    else sched_yield();
  atomic_flag_clear(&team->busy);
}

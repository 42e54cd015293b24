// launch ROOT ARGUMENT...: becomes the program of a checkout; becomes `scripts/build` there, which builds it first, when a
// source is newer than the last build. A process of its own for each step would cost more than the program's start.
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int newer(const struct timespec *a, const struct timespec *b) {
  return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

// Whether anything in some folders, the folders themselves too, was changed after a file; also when this cannot be told.
static int changed(char *const *folders, const char *since) {
  struct stat stamp;
  if (stat(since, &stamp) != 0) return 1;
  FTS *tree = fts_open(folders, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
  if (!tree) return 1;
  for (FTSENT *entry; (entry = fts_read(tree));) {
    switch (entry->fts_info) {
    case FTS_DP: continue;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS: return 1;
    default:
      if (newer(&entry->fts_statp->st_mtim, &stamp.st_mtim)) return 1;
    }
  }
  return 0;
}

int main(int count, char **words) {
  if (count < 2) return 64;
  char package[PATH_MAX], sources[PATH_MAX], stamp[PATH_MAX], alone[PATH_MAX], program[PATH_MAX], build[PATH_MAX];
  const char *root = words[1];
  int length = snprintf(package, PATH_MAX, "%s/Package.swift", root);
  snprintf(sources, PATH_MAX, "%s/Sources", root);
  snprintf(stamp, PATH_MAX, "%s/.build/mdssm-run.built", root);
  snprintf(alone, PATH_MAX, "%s/.build/mdssm-run.alone", root);
  snprintf(program, PATH_MAX, "%s/.build/release/mdssm-run", root);
  snprintf(build, PATH_MAX, "%s/scripts/build", root);
  if (length > PATH_MAX - 32) return 70;
  char *folders[] = {package, sources, NULL};
  if (!changed(folders, stamp)) {
    words[1] = alone;
    execv(alone, words + 1);
    words[1] = program;
    execv(program, words + 1);
  }
  words[0] = build;
  words[1] = (char *)root;
  execv(build, words);
  perror(build);
  return 70;
}

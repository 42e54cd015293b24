// measure TIMES PROGRAM ARGUMENT...: median processor time in ms (of the user and of the system), peak memory in KiB and exit code of a program, on one
// line; what it prints goes to the file `printed`.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int order(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int count, char **words) {
  int times = count > 2 ? atoi(words[1]) : 0;
  if (times < 1 || times > 99) return 64;
  double taken[99];
  long peak = 0;
  int code = 0;
  for (int i = 0; i < times; i++) {
    pid_t child = fork();
    if (child == 0) {
      int file = open("printed", O_WRONLY | O_CREAT | O_TRUNC, 0600);
      dup2(file, 1);
      dup2(file, 2);
      execv(words[2], words + 2);
      _exit(127);
    }
    int status;
    struct rusage use;
    if (wait4(child, &status, 0, &use) < 0) return 71;
    taken[i] = (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e3 + (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e3;
    if (use.ru_maxrss > peak) peak = use.ru_maxrss;
    code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  qsort(taken, times, sizeof *taken, order);
  printf("%.1f %ld %d\n", taken[times / 2], peak, code);
  return 0;
}

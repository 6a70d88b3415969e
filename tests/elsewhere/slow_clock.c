// Slows down all clocks and waits of a program, for machines that are too slow for real time:
//   LD_PRELOAD=slow_clock.so SLOW_CLOCK="RATE MONOTONIC_NS REALTIME_NS" program
// RATE is the seconds that pass for the program in a second; at the two times its clocks are right.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

typedef struct timespec Time;
static double rate = 1.0;
static long long zero[2]; // monotonic, of the day

static long long nanoseconds(const Time *t) { return t->tv_sec * 1000000000LL + t->tv_nsec; }
static Time of(long long ns) { return (Time){ns / 1000000000LL, ns % 1000000000LL}; }
static Time longer(const Time *t) { return of((long long)(nanoseconds(t) / rate)); }
static int kind(clockid_t id) {
    if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE) return 1;
    return id == CLOCK_MONOTONIC || id == CLOCK_MONOTONIC_RAW || id == CLOCK_MONOTONIC_COARSE || id == CLOCK_BOOTTIME ? 0 : -1;
}
static Time real_instant(const Time *t, int which) {
    return of(zero[which] + (long long)((nanoseconds(t) - zero[which]) / rate));
}
static int milliseconds(int ms) { return ms > 0 ? (int)(ms / rate) + 1 : ms; }

#define NEXT(result, name, ...)                                    \
    static result (*name##_)(__VA_ARGS__);                         \
    if (!name##_) name##_ = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name);

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("SLOW_CLOCK");
    if (!text || sscanf(text, "%lf %lld %lld", &rate, &zero[0], &zero[1]) != 3 || !(rate > 0)) rate = 1.0;
}

int clock_gettime(clockid_t id, Time *t) {
    NEXT(int, clock_gettime, clockid_t, Time *)
    int result = clock_gettime_(id, t), which = kind(id);
    if (result == 0 && which >= 0 && rate != 1.0)
        *t = of(zero[which] + (long long)((nanoseconds(t) - zero[which]) * rate));
    return result;
}
int gettimeofday(struct timeval *t, void *zone) {
    (void)zone;
    Time now;
    int result = clock_gettime(CLOCK_REALTIME, &now);
    *t = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return result;
}
time_t time(time_t *out) {
    Time now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}
int clock_nanosleep(clockid_t id, int flags, const Time *wanted, Time *rest) {
    NEXT(int, clock_nanosleep, clockid_t, int, const Time *, Time *)
    int which = kind(id);
    if (which < 0) return clock_nanosleep_(id, flags, wanted, rest);
    Time wait = flags & TIMER_ABSTIME ? real_instant(wanted, which) : longer(wanted);
    int result = clock_nanosleep_(id, flags, &wait, rest);
    if (result == EINTR && rest && !(flags & TIMER_ABSTIME)) *rest = of((long long)(nanoseconds(rest) * rate));
    return result;
}
int nanosleep(const Time *wanted, Time *rest) {
    int result = clock_nanosleep(CLOCK_MONOTONIC, 0, wanted, rest);
    if (result) errno = result;
    return result ? -1 : 0;
}
int usleep(useconds_t us) {
    Time wanted = of(us * 1000LL);
    return nanosleep(&wanted, NULL);
}
int poll(struct pollfd *fds, nfds_t count, int ms) {
    NEXT(int, poll, struct pollfd *, nfds_t, int)
    return poll_(fds, count, milliseconds(ms));
}
int ppoll(struct pollfd *fds, nfds_t count, const Time *limit, const sigset_t *mask) {
    NEXT(int, ppoll, struct pollfd *, nfds_t, const Time *, const sigset_t *)
    Time wait;
    if (limit) wait = longer(limit);
    return ppoll_(fds, count, limit ? &wait : NULL, mask);
}
int select(int most, fd_set *in, fd_set *out, fd_set *bad, struct timeval *limit) {
    NEXT(int, select, int, fd_set *, fd_set *, fd_set *, struct timeval *)
    if (!limit) return select_(most, in, out, bad, NULL);
    long long us = (long long)((limit->tv_sec * 1000000LL + limit->tv_usec) / rate);
    struct timeval wait = {us / 1000000, us % 1000000};
    return select_(most, in, out, bad, &wait);
}
int epoll_wait(int fd, struct epoll_event *events, int count, int ms) {
    NEXT(int, epoll_wait, int, struct epoll_event *, int, int)
    return epoll_wait_(fd, events, count, milliseconds(ms));
}
// Rust's locks and channels wait for a futex by this.
long syscall(long number, ...) {
    NEXT(long, syscall, long, ...)
    va_list list;
    va_start(list, number);
    long a[6];
    for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
    va_end(list);
    Time wait;
    if (number == SYS_futex && a[3]) {
        int operation = (int)a[1] & FUTEX_CMD_MASK;
        if (operation == FUTEX_WAIT) {
            wait = longer((const Time *)a[3]);
            a[3] = (long)&wait;
        } else if (operation == FUTEX_WAIT_BITSET) {
            wait = real_instant((const Time *)a[3], (int)a[1] & FUTEX_CLOCK_REALTIME ? 1 : 0);
            a[3] = (long)&wait;
        }
    }
    return syscall_(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

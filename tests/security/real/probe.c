/* Runs inside a container and prints, as JSON, what the kernel says about it. Static, without a shell or a library of
   its own: what it cannot do, the container cannot do. With the argument "status" it prints the status alone. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <unistd.h>

static void status(void) {
    FILE *file = fopen("/proc/self/status", "r");
    char line[512];
    const char *wanted[] = {"Uid:", "Gid:", "Groups:", "CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:",
                            "NoNewPrivs:", "Seccomp:", NULL};
    int first = 1;
    printf("{");
    while (file && fgets(line, sizeof line, file))
        for (int i = 0; wanted[i]; i++)
            if (!strncmp(line, wanted[i], strlen(wanted[i]))) {
                char *value = line + strlen(wanted[i]);
                for (char *c = value; *c; c++)
                    if (*c == '\t' || *c == '\n') *c = ' ';
                printf("%s\"%.*s\": \"%s\"", first ? "" : ", ", (int)strlen(wanted[i]) - 1, wanted[i], value);
                first = 0;
            }
    if (file) fclose(file);
    printf("}");
}

/* Each call runs in a child, so that one that succeeds changes nothing for the others. */
static void call(const char *name, long (*run)(void)) {
    static int first = 1;
    fflush(stdout);
    int pipes[2];
    if (pipe(pipes)) exit(3);
    pid_t child = fork();
    if (!child) {
        errno = 0;
        long result = run();
        int error = result < 0 ? errno : 0;
        if (write(pipes[1], &error, sizeof error) != sizeof error) _exit(1);
        _exit(0);
    }
    close(pipes[1]);
    int error = -1;
    if (read(pipes[0], &error, sizeof error) != sizeof error) error = -1;
    close(pipes[0]);
    waitpid(child, NULL, 0);
    printf("%s\"%s\": %d", first ? "" : ", ", name, error);
    first = 0;
}

static long do_unshare_user(void) { return syscall(SYS_unshare, CLONE_NEWUSER); }
static long do_unshare_uts(void) { return syscall(SYS_unshare, CLONE_NEWUTS); }
static long do_keyctl(void) { return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, -1, 0, 0, 0); }
static long do_clone3(void) { return syscall(SYS_clone3, NULL, 0); }
static long do_mount(void) { return mount("none", "/mnt", "tmpfs", 0, ""); }
static long do_chroot(void) { return chroot("/mnt"); }
static long do_mknod(void) {
    long result = mknod("/vol/device", S_IFCHR | 0600, makedev(1, 3));
    int error = errno;
    unlink("/vol/device");
    errno = error;
    return result;
}
static long do_sethostname(void) { return sethostname("probe", 5); }
static long do_personality(void) { return syscall(SYS_personality, 0x0004000); }
static long do_socket(int family, int type) { int s = socket(family, type, 0); if (s >= 0) close(s); return s; }
static long do_af_alg(void) { return do_socket(38, SOCK_SEQPACKET); }
static long do_af_vsock(void) { return do_socket(40, SOCK_STREAM); }
static long do_raw(void) { int s = socket(AF_INET, SOCK_RAW, 1); if (s >= 0) close(s); return s; }
static long do_io_uring(void) { char p[256] = {0}; return syscall(SYS_io_uring_setup, 0, p); }
static long do_setuid(void) { return syscall(SYS_setuid, 4242); }
static long do_setgroups(void) { gid_t g = 4242; return syscall(SYS_setgroups, 1, &g); }
static long do_chown(void) { return chown("/data/root-owned", 4242, 4242); }
static long do_bind80(void) {
    int s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(80)};
    return s < 0 ? -1 : bind(s, (struct sockaddr *)&a, sizeof a);
}

static void path_line(const char *path, const char *what, int error, const struct stat *info) {
    static int first = 1;
    printf("%s{\"path\": \"%s\", \"what\": \"%s\", \"errno\": %d", first ? "" : ", ", path, what, error);
    if (info) printf(", \"owner\": %d, \"group\": %d, \"mode\": %d", info->st_uid, info->st_gid, info->st_mode & 07777);
    printf("}");
    first = 0;
}

static void try_write(const char *path) {
    struct stat info;
    char name[256];
    int is_directory = !stat(path, &info) && S_ISDIR(info.st_mode);
    snprintf(name, sizeof name, is_directory ? "%s/probe.tmp" : "%s", path);
    errno = 0;
    int file = open(name, O_WRONLY | (is_directory ? O_CREAT : 0), 0666);
    int error = file < 0 ? errno : 0;
    int known = file >= 0 && !fstat(file, &info);
    if (file >= 0) close(file);
    path_line(path, "write", error, known && is_directory ? &info : NULL);
    if (is_directory && file >= 0) unlink(name);
}

static void try_read(const char *path) {
    struct stat info;
    errno = 0;
    int file = open(path, O_RDONLY);
    int error = file < 0 ? errno : 0;
    int known = file >= 0 && !fstat(file, &info);
    if (file >= 0) close(file);
    path_line(path, "read", error, known ? &info : NULL);
}

static void look(const char *path) {
    struct stat info;
    int error = stat(path, &info) ? errno : 0;
    path_line(path, "stat", error, error ? NULL : &info);
}

static void execute(const char *name) {
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        execl(name, name, "status", NULL);
        printf("{\"errno\": %d}", errno);
        fflush(stdout);
        _exit(0);
    }
    waitpid(child, NULL, 0);
}

int main(int count, char **words) {
    umask(022);
    if (count > 1 && !strcmp(words[1], "status")) {
        status();
        fflush(stdout);
        return 0;
    }
    printf("{\"status\": ");
    status();
    printf(", \"calls\": {");
    call("unshare_user", do_unshare_user);
    call("unshare_uts", do_unshare_uts);
    call("keyctl", do_keyctl);
    call("clone3", do_clone3);
    call("mount", do_mount);
    call("chroot", do_chroot);
    call("mknod", do_mknod);
    call("sethostname", do_sethostname);
    call("personality", do_personality);
    call("af_alg", do_af_alg);
    call("af_vsock", do_af_vsock);
    call("raw", do_raw);
    call("io_uring_setup", do_io_uring);
    call("setuid", do_setuid);
    call("setgroups", do_setgroups);
    call("chown", do_chown);
    call("bind80", do_bind80);
    printf("}, \"paths\": [");
    for (int i = 1; i + 1 < count; i += 2) {
        if (!strcmp(words[i], "w")) try_write(words[i + 1]);
        if (!strcmp(words[i], "r")) try_read(words[i + 1]);
        if (!strcmp(words[i], "s")) look(words[i + 1]);
    }
    printf("], \"setuid_root\": ");
    execute("/bin/probe-setuid");
    printf(", \"file_capability\": ");
    execute("/bin/probe-capability");
    printf("}\n");
    return 0;
}

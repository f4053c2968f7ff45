// SPDX-License-Identifier: GPL-2.0-only
/*
 * PID 1 of a test guest: loads modules, runs SCRIPT, reports, powers off.
 *
 * In a Xen guest everything leaves through the mailbox (mailbox.h), because the
 * guest's console, XenStore and disks belong to nobody. On bare QEMU the output
 * goes to the second serial port and the verdict to the third.
 *
 * Input files, from the initramfs: /xenhost/nonce (hex; without it there is no
 * mailbox), /xenhost/insmod (lines "file parameters"), /xenhost/script,
 * /xenhost/env (lines NAME=value), /xenhost/pty (SCRIPT gets a terminal).
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "mailbox.h"

#define WORK_DIR	"/run/xenhost"
#define POLL_MS		10
#define FULL_WAIT_US	2000

static struct mb_page *pages[MB_PAGES];
static struct mb_page *beacons;
static struct mb_control *control;	/* NULL: no mailbox, use the serial ports */
static int serial_output = -1, serial_verdict = -1;
static int kmsg = -1;

static int child_pid = -1;
static int child_in = -1, child_out = -1;	/* the same descriptor for a terminal */
static bool has_terminal;

static void put_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		dprintf(2, "agent: %s: %s\n", path, strerror(errno));
	close(fd);
}

/* The whole of a small file, NUL-terminated; NULL if it is not there. */
static char *get_file(const char *path)
{
	size_t used = 0, room = 65536;
	char *text = malloc(room + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0 || !text) {
		free(text);
		return NULL;
	}
	while (used < room && (got = read(fd, text + used, room - used)) > 0)
		used += got;
	close(fd);
	text[used] = 0;
	return text;
}

static void mount_all(void)
{
	static const struct { const char *type, *dir; } table[] = {
		{ "proc", "/proc" }, { "sysfs", "/sys" }, { "devtmpfs", "/dev" },
		{ "devpts", "/dev/pts" }, { "tmpfs", "/dev/shm" }, { "tmpfs", "/tmp" },
		{ "debugfs", "/sys/kernel/debug" }, { "tracefs", "/sys/kernel/tracing" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		mkdir(table[i].dir, 0755);
		mount(table[i].type, table[i].dir, table[i].type, 0, NULL);
	}
}

static void open_std(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd < 2);
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

/* --- uplink ------------------------------------------------------------- */

static uint32_t up_room(void)
{
	uint64_t used = control->up_prod - __atomic_load_n(&control->up_cons, __ATOMIC_ACQUIRE);

	return used > MB_UP_BYTES ? 0 : MB_UP_BYTES - used;
}

static void mailbox_send(uint32_t type, const void *bytes, uint32_t count)
{
	struct mb_frame frame = { type, count };
	uint64_t pos = control->up_prod;

	while (up_room() < sizeof(frame) + count)
		usleep(FULL_WAIT_US);
	mb_ring_copy(pages + 1, MB_UP_BYTES, pos, (void *)&frame, sizeof(frame), 1);
	mb_ring_copy(pages + 1, MB_UP_BYTES, pos + sizeof(frame), (void *)bytes, count, 1);
	__atomic_store_n(&control->up_prod, pos + sizeof(frame) + count, __ATOMIC_RELEASE);
}

static void write_all(int fd, const char *bytes, size_t count)
{
	while (count) {
		ssize_t done = write(fd, bytes, count);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		bytes += done;
		count -= done;
	}
}

static void serial_send(uint32_t type, const void *bytes, uint32_t count)
{
	static const char *const label[] = {
		[MB_STAGE] = "stage ", [MB_STATUS] = "status ", [MB_FAIL] = "fail ",
	};

	if (type == MB_OUTPUT) {
		write_all(serial_output, bytes, count);
	} else if (type < sizeof(label) / sizeof(label[0]) && label[type]) {
		if (type == MB_STATUS)
			tcdrain(serial_output);
		write_all(serial_verdict, label[type], strlen(label[type]));
		write_all(serial_verdict, bytes, count);
		write_all(serial_verdict, "\n", 1);
		tcdrain(serial_verdict);
	}
}

static void report(uint32_t type, const void *bytes, uint32_t count)
{
	if (control)
		mailbox_send(type, bytes, count);
	else
		serial_send(type, bytes, count);
}

static void reportf(uint32_t type, const char *format, ...)
{
	char text[512];
	va_list ap;
	int count;

	va_start(ap, format);
	count = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (count >= (int)sizeof(text))
		count = sizeof(text) - 1;
	report(type, text, count);
}

/* --- start -------------------------------------------------------------- */

static void parse_nonce(const char *hex, uint8_t *nonce)
{
	for (unsigned int i = 0; i < MB_NONCE_BYTES; i++) {
		unsigned int byte = 0;

		sscanf(hex + 2 * i, "%2x", &byte);
		nonce[i] = byte;
	}
}

static struct mb_page *map_pages(unsigned int count)
{
	struct mb_page *mem = mmap(NULL, count * MB_PAGE_BYTES, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		return NULL;
	madvise(mem, count * MB_PAGE_BYTES, MADV_NOHUGEPAGE);
	madvise(mem, count * MB_PAGE_BYTES, MADV_DONTFORK);
	if (mlock(mem, count * MB_PAGE_BYTES))
		return NULL;
	return mem;
}

/* The nonce comes last: whoever sees it sees a complete page. */
static void sign_page(struct mb_page *page, uint64_t magic, uint32_t index, const uint8_t *nonce)
{
	page->magic = magic;
	page->index = index;
	page->pages = MB_PAGES;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	memcpy(page->nonce, nonce, MB_NONCE_BYTES);
}

static bool get_pfns(struct mb_beacon *beacon)
{
	static const uint64_t present = 1ull << 63, pfn_mask = (1ull << 55) - 1;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0;

	for (unsigned int i = 0; ok && i < MB_PAGES; i++) {
		uint64_t entry, at = (uintptr_t)pages[i] / MB_PAGE_BYTES * sizeof(entry);

		ok = pread(fd, &entry, sizeof(entry), at) == sizeof(entry) && (entry & present);
		beacon->pfn[i] = entry & pfn_mask;
	}
	close(fd);
	return ok;
}

static void light_beacons(const uint8_t *nonce)
{
	struct mb_beacon beacon;

	beacons = map_pages(MB_BEACONS);
	if (!beacons || !get_pfns(&beacon))
		return;
	for (unsigned int i = 0; i < MB_BEACONS; i++) {
		memcpy(beacons[i].data, &beacon, sizeof(beacon));
		sign_page(beacons + i, MB_BEACON_MAGIC, i, nonce);
	}
}

static void drop_beacons(void)
{
	if (!beacons || !control || !__atomic_load_n(&control->attached, __ATOMIC_ACQUIRE))
		return;
	munmap(beacons, MB_BEACONS * MB_PAGE_BYTES);
	beacons = NULL;
}

/*
 * The pages must stay where dom0 has found them: locked, not copied on fork,
 * not merged into a huge page, not moved by compaction.
 */
static void mailbox_open(const char *hex)
{
	uint8_t nonce[MB_NONCE_BYTES];
	struct mb_page *mem;

	put_file("/proc/sys/vm/compact_unevictable_allowed", "0");
	mem = map_pages(MB_PAGES);
	if (!mem)
		return;
	parse_nonce(hex, nonce);
	for (unsigned int i = 0; i < MB_PAGES; i++) {
		pages[i] = mem + i;
		sign_page(mem + i, MB_MAGIC, i, nonce);
	}
	control = (struct mb_control *)mem[0].data;
	light_beacons(nonce);
	memset(nonce, 0, sizeof(nonce));
}

static int serial_open(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios raw;

	if (fd >= 0 && !tcgetattr(fd, &raw)) {
		cfmakeraw(&raw);
		cfsetspeed(&raw, B115200);
		raw.c_cflag |= CLOCAL;
		tcsetattr(fd, TCSANOW, &raw);
	}
	return fd;
}

static void transport_open(void)
{
	char *hex = get_file("/xenhost/nonce");

	unlink("/xenhost/nonce");
	if (hex && strlen(hex) >= 2 * MB_NONCE_BYTES)
		mailbox_open(hex);
	if (hex)
		explicit_bzero(hex, strlen(hex));
	free(hex);
	if (!control) {
		serial_output = serial_open("/dev/ttyS1");
		serial_verdict = serial_open("/dev/ttyS2");
	}
}

/* --- modules ------------------------------------------------------------ */

static int load_module(const char *file, const char *params)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return errno;
	err = syscall(SYS_finit_module, fd, params, 0) ? errno : 0;
	close(fd);
	return err;
}

/* Returns whether all are loaded; the first that is not is reported. */
static bool load_modules(void)
{
	char *list = get_file("/xenhost/insmod"), *rest = list, *file, *params;
	char path[512];
	int err = 0;

	while (!err && rest && (params = strsep(&rest, "\n"))) {
		file = strsep(&params, " ");
		if (!*file)
			continue;
		snprintf(path, sizeof(path), WORK_DIR "/%s", file);
		err = load_module(path, params ? params : "");
		if (err)
			reportf(MB_FAIL, "insmod %s: %s", file, strerror(err));
	}
	free(list);
	return !err;
}

/* --- SCRIPT ------------------------------------------------------------- */

static void set_environment(void)
{
	char *list = get_file("/xenhost/env"), *rest = list, *line;

	clearenv();
	setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin", 1);
	setenv("HOME", "/root", 1);
	setenv("TERM", "linux", 1);
	while (rest && (line = strsep(&rest, "\n")))
		if (strchr(line, '='))
			putenv(line);
}

static int open_terminal(char *name, size_t size)
{
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	int unlock = 0;
	unsigned int number;

	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) || ioctl(master, TIOCGPTN, &number))
		return -1;
	snprintf(name, size, "/dev/pts/%u", number);
	return master;
}

static void exec_script(int in, int out)
{
	setsid();
	dup2(in, 0);
	dup2(out, 1);
	dup2(out, 2);
	if (has_terminal)
		ioctl(0, TIOCSCTTY, 0);
	if (chdir(WORK_DIR))
		_exit(126);
	signal(SIGPIPE, SIG_DFL);
	execl("/bin/sh", "sh", "/xenhost/script", NULL);
	_exit(127);
}

static void pump_window_size(void)
{
	static struct winsize last;
	struct winsize now = { 0 };

	if (!control || !has_terminal || child_out < 0)
		return;
	now.ws_row = __atomic_load_n(&control->rows, __ATOMIC_RELAXED);
	now.ws_col = __atomic_load_n(&control->columns, __ATOMIC_RELAXED);
	if (now.ws_row && now.ws_col && memcmp(&now, &last, sizeof(now))) {
		last = now;
		ioctl(child_out, TIOCSWINSZ, &now);
	}
}

static bool start_script(void)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 };
	char tty[32];

	has_terminal = !access("/xenhost/pty", F_OK);
	if (has_terminal) {
		/* Whoever types is there first, and with him the window's size. */
		while (control && !__atomic_load_n(&control->attached, __ATOMIC_ACQUIRE))
			usleep(1000 * POLL_MS);
		in[1] = open_terminal(tty, sizeof(tty));
		out[0] = in[1];
		in[0] = open(tty, O_RDWR | O_NOCTTY | O_CLOEXEC);
		out[1] = in[0];
	} else if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) {
		return false;
	}
	set_environment();
	pump_window_size();
	child_pid = fork();
	if (!child_pid)
		exec_script(in[0], out[1]);
	close(in[0]);
	if (!has_terminal)
		close(out[1]);
	child_in = in[1];
	child_out = out[0];
	fcntl(child_in, F_SETFL, O_NONBLOCK);
	fcntl(child_out, F_SETFL, O_NONBLOCK);
	return child_pid > 0 && child_in >= 0;
}

/* Returns whether there may be more. */
static bool pump_output(void)
{
	char bytes[MB_FRAME_MAX];
	ssize_t got;

	if (child_out < 0)
		return false;
	got = read(child_out, bytes, sizeof(bytes));
	if (got > 0) {
		report(MB_OUTPUT, bytes, got);
		return true;
	}
	if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
		if (child_in == child_out)
			child_in = -1;
		close(child_out);
		child_out = -1;
	}
	return false;
}

static void pump_input(void)
{
	static const char end_of_input = 4;
	uint8_t bytes[1024];
	uint64_t prod, cons;
	uint32_t count;
	ssize_t done;
	bool eof;

	if (!control || child_in < 0)
		return;
	/* eof is read before prod: what it promises is that prod moves no more. */
	eof = __atomic_load_n(&control->down_eof, __ATOMIC_ACQUIRE);
	prod = __atomic_load_n(&control->down_prod, __ATOMIC_ACQUIRE);
	cons = control->down_cons;
	if (prod == cons) {
		if (!eof)
			return;
		if (has_terminal)
			write_all(child_in, &end_of_input, 1);
		else
			close(child_in);
		child_in = -1;
		return;
	}
	count = prod - cons < sizeof(bytes) ? prod - cons : sizeof(bytes);
	mb_ring_copy(pages + 1 + MB_UP_PAGES, MB_DOWN_BYTES, cons, bytes, count, 0);
	done = write(child_in, bytes, count);
	if (done < 0 && errno != EAGAIN && errno != EINTR)
		done = count;	/* nobody reads: drop it, dom0 must not block */
	if (done > 0)
		__atomic_store_n(&control->down_cons, cons + done, __ATOMIC_RELEASE);
}

/* Forwards one record of the kernel's log; returns whether there may be more. */
static bool pump_kmsg(void)
{
	char record[MB_FRAME_MAX], line[MB_FRAME_MAX];
	unsigned long long usec = 0;
	char *text, *end;
	ssize_t got;
	int count;

	if (kmsg < 0 || !control)
		return false;
	got = read(kmsg, record, sizeof(record) - 1);
	if (got < 0)
		return errno == EPIPE;	/* overwritten records: go on with the next */
	if (!got)
		return false;
	record[got] = 0;
	text = strchr(record, ';');
	if (!text)
		return true;
	*text++ = 0;
	end = strchr(text, '\n');
	if (end)
		*end = 0;
	sscanf(record, "%*u,%*u,%llu", &usec);
	count = snprintf(line, sizeof(line), "[%5llu.%06llu] %s\n", usec / 1000000, usec % 1000000,
			 text);
	report(MB_KMSG, line, count < (int)sizeof(line) ? count : (int)sizeof(line) - 1);
	return true;
}

static void finish(int wait_status)
{
	int status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status)
					    : 128 + WTERMSIG(wait_status);

	while (pump_output())
		;
	while (pump_kmsg())
		;
	reportf(MB_STATUS, "%d", status);
}

static void reap(void)
{
	int status;
	int pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != child_pid)
			continue;
		child_pid = -1;
		finish(status);
		if (!control)
			reboot(RB_POWER_OFF);
	}
}

static void serve(void)
{
	struct pollfd fds[2];

	while (!control || !__atomic_load_n(&control->bye, __ATOMIC_ACQUIRE)) {
		fds[0] = (struct pollfd){ .fd = child_out, .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = kmsg, .events = control ? POLLIN : 0 };
		poll(fds, 2, POLL_MS);
		drop_beacons();
		pump_output();
		for (int i = 0; i < 64 && pump_kmsg(); i++)
			;
		pump_window_size();
		pump_input();
		reap();
	}
}

/* Exists so that a child's end wakes poll() up. */
static void on_child(int signal)
{
	(void)signal;
}

int main(void)
{
	struct sigaction child = { .sa_handler = on_child, .sa_flags = SA_NOCLDSTOP };

	umask(022);
	mount_all();
	open_std();
	prctl(PR_SET_DUMPABLE, 0);
	sigaction(SIGCHLD, &child, NULL);
	signal(SIGPIPE, SIG_IGN);
	transport_open();
	reportf(MB_STAGE, "guest booted");
	if (!load_modules()) {
		while (pump_kmsg())
			;
		reportf(MB_STATUS, "1");
	} else {
		reportf(MB_STAGE, "modules loaded, script started");
		if (!start_script()) {
			reportf(MB_FAIL, "cannot start the script: %s", strerror(errno));
			reportf(MB_STATUS, "1");
		}
	}
	if (!control && child_pid < 0)
		reboot(RB_POWER_OFF);
	serve();
	sync();
	reboot(RB_POWER_OFF);
	return 0;
}

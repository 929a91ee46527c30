/*
 * A preload library that lets the n-th allocation of a program fail. With it
 * a test asks at every step of a run: what happens without memory? Only calls
 * from the program's own code count, not those of its libraries.
 *
 *	OOM_AT=n		which allocation, from 1
 *	OOM_COUNT_FILE=path	gets the number of allocations at exit
 *	OOM_PROGRAM=name	only in the program of that name
 *
 * A build with a sanitizer has an allocator of its own, which this one would
 * replace: such a build cannot be tested with it. Linux with glibc only.
 */
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

/* Before it is active, all is allocated: the loader's doing does not count. */
static struct {
	bool active;
	long at;
	uintptr_t text; /* the program's code, [text, text_end) */
	uintptr_t text_end;
	const char *count_path;
	long count; /* accessed atomically */
	pid_t pid;  /* whose allocations count: not those of children */
} oom;

/* The first object is the program itself. */
static int find_text(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	(void)data;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X))
			continue;
		oom.text = info->dlpi_addr + segment->p_vaddr;
		oom.text_end = oom.text + segment->p_memsz;
	}
	return 1;
}

static __attribute__((constructor)) void begin(void)
{
	const char *at = getenv("OOM_AT");
	const char *program = getenv("OOM_PROGRAM");

	if (program && strcmp(program, program_invocation_short_name) != 0)
		return;
	oom.at = at ? strtol(at, NULL, 10) : 0;
	oom.count_path = getenv("OOM_COUNT_FILE");
	oom.pid = getpid();
	(void)dl_iterate_phdr(find_text, NULL);
	oom.active = true;
}

static __attribute__((destructor)) void end(void)
{
	char line[32];
	int fd;

	if (!oom.active || !oom.count_path || oom.pid != getpid())
		return;
	oom.active = false;
	(void)snprintf(line, sizeof(line), "%ld\n",
		       __atomic_load_n(&oom.count, __ATOMIC_SEQ_CST));
	fd = open(oom.count_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		  0644);
	if (fd < 0 || write(fd, line, strlen(line)) < 0)
		_exit(127);
	(void)close(fd);
}

/* Counts the allocation that code at `caller` asks for. True if it fails. */
static bool fails(const void *caller)
{
	uintptr_t address = (uintptr_t)caller;

	if (!oom.active)
		return false;
	if (address < oom.text || address >= oom.text_end)
		return false;
	if (__atomic_add_fetch(&oom.count, 1, __ATOMIC_SEQ_CST) != oom.at ||
	    oom.pid != getpid())
		return false;
	errno = ENOMEM;
	return true;
}

#define FAILS() fails(__builtin_return_address(0))

void *malloc(size_t size)
{
	return FAILS() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return FAILS() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return FAILS() ? NULL : __libc_realloc(old, size);
}

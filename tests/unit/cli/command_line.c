#include "command_line.h"

#include "cli/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORDS_MAX 8

struct finished run(const char *command_line)
{
	static char words[256]; /* what the fake library keeps points here */
	char *argv[WORDS_MAX + 2] = {(char *)"ddbgit"};
	struct finished done = {0, NULL, NULL};
	size_t out_size;
	size_t err_size;
	FILE *err = open_memstream(&done.err, &err_size);
	int argc = 1;
	char *word;

	assert_true(strlen(command_line) < sizeof(words));
	strcpy(words, command_line);
	for (word = strtok(words, " "); word; word = strtok(NULL, " ")) {
		assert_true(argc <= WORDS_MAX);
		argv[argc++] = word;
	}
	done.status = dg_session_run(
		argc, argv, open_memstream(&done.out, &out_size), err, NULL);
	fclose(err);
	return done;
}

void finish(struct finished *done)
{
	free(done->out);
	free(done->err);
}

void expect(const char *command_line, int status, const char *out,
	    const char *err)
{
	struct finished done = run(command_line);

	assert_string_equal(done.err, err);
	assert_string_equal(done.out, out);
	assert_int_equal(done.status, status);
	finish(&done);
}

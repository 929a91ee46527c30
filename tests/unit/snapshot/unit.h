/* cmocka with what it wants included before it. */
#ifndef DG_TEST_UNIT_H
#define DG_TEST_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The call succeeds; otherwise the error's words are shown. */
#define assert_ok(call, err)                                                   \
	do {                                                                   \
		int rc_of_call_ = (call);                                      \
		if (rc_of_call_ < 0)                                           \
			fail_msg("%s: %d: %s", #call, rc_of_call_,             \
				 (err)->message);                              \
	} while (0)

#define assert_contains(text, part)                                            \
	do {                                                                   \
		if (!strstr((text), (part)))                                   \
			fail_msg("\"%s\" is not in \"%s\"", (part), (text));   \
	} while (0)

#endif

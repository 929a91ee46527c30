/*
 * DynamoDB's numbers, always as text: up to 38 significant digits, magnitude
 * 1E-130 to 9.99…E+125. The canonical spelling is the plain decimal without
 * exponent, superfluous zeros or plus sign; zero is "0".
 */
#ifndef DG_ITEM_CANON_NUMBER_H
#define DG_ITEM_CANON_NUMBER_H

#include <ddbgit/slice.h>
#include <stdint.h>

#define DG_NUMBER_DIGITS_MAX 38
#define DG_NUMBER_EXPONENT_MIN (-130)
#define DG_NUMBER_EXPONENT_MAX 125
/* Sign, "0.", 129 zeros and 38 digits, rounded up. */
#define DG_NUMBER_TEXT_MAX 176

/* d.ddd times ten to the exponent; zero has no digits. */
struct dg_number {
	bool negative;
	int exponent;
	unsigned int count;
	char digit[DG_NUMBER_DIGITS_MAX]; /* '0' to '9'; first, last not '0' */
};

enum dg_number_fault {
	DG_NUMBER_OK,
	DG_NUMBER_NONE,  /* no decimal number */
	DG_NUMBER_LONG,  /* more than 38 significant digits */
	DG_NUMBER_LARGE, /* magnitude of 1E+126 or more */
	DG_NUMBER_SMALL, /* magnitude below 1E-130, yet not zero */
};

/*
 * Reads any spelling: sign, leading and trailing zeros, ".5", "5.", and an
 * exponent are allowed; blanks, "NaN", hexadecimal and "1_0" are not.
 */
enum dg_number_fault dg_number_parse(struct dg_number *out,
				     struct dg_slice text);

/* Writes the canonical spelling (no zero byte); returns its length. */
size_t dg_number_print(char out[DG_NUMBER_TEXT_MAX],
		       const struct dg_number *number);

/* True only if text surely is a canonical number; it may deny one of more
 * than 38 characters. Much cheaper than parsing. */
bool dg_number_is_plain(struct dg_slice text);

/* <0, 0 or >0, by value; both must be canonical. */
int dg_number_compare(struct dg_slice a, struct dg_slice b);

#endif

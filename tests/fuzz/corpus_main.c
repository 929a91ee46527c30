/* Runs a fuzz target over the files of a folder, without libFuzzer. */
#include "fuzz_target.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static int run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = NULL;
	struct stat st;
	size_t size;
	int rc = -1;

	if (!file || fstat(fileno(file), &st) < 0)
		goto done;
	size = (size_t)st.st_size;
	data = malloc(size ? size : 1);
	if (!data || fread(data, 1, size, file) != size)
		goto done;
	LLVMFuzzerTestOneInput(data, size);
	rc = 0;
done:
	if (rc < 0)
		perror(path);
	if (file)
		fclose(file);
	free(data);
	return rc;
}

/* For targets that have none of their own. */
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	struct dirent *entry;
	char path[4096];
	int files = 0, rc = 0;

	if (!folder) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	rc = LLVMFuzzerInitialize(&argc, &argv);
	while (rc == 0 && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
		rc = run_file(path);
		files++;
	}
	closedir(folder);
	printf("%d files\n", files);
	return rc < 0 || files == 0;
}

/* bus_error_probe.c - maps a file as the tool does, loses it, reads on: what the handler of SIGBUS then says.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/fourloop/guarded_io.h"

enum { PAGE_SIZE = 4096, OFFSET_PAGES = 2, PAGES = 5 };

int main(int argc, char **argv)
{
    struct fl_io io;
    guarded_io_init(&io);
    if (argc != 2)
        return 64;
    const int file = io.open(argv[1], O_RDWR | O_CREAT, 0600);
    if (file < 0 || ftruncate(file, PAGES * PAGE_SIZE) != 0)
        return 73;
    /* A map that is gone must not be named for one that is there. */
    void *gone = io.mmap(NULL, PAGE_SIZE, PROT_READ, MAP_PRIVATE, file, 0);
    if (gone == MAP_FAILED || io.munmap(gone, PAGE_SIZE) != 0)
        return 74;
    const size_t size = (PAGES - OFFSET_PAGES) * PAGE_SIZE;
    volatile const unsigned char *bytes =
        io.mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, OFFSET_PAGES * PAGE_SIZE);
    if (bytes == MAP_FAILED || io.close(file) != 0 || truncate(argv[1], PAGE_SIZE) != 0)
        return 74;
    printf("never reached: %d\n", bytes[PAGE_SIZE + 7]);
    return 0;
}

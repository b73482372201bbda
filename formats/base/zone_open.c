/* zone_open.c - finds a time zone by its name. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/file_map.h"
#include "formats/base/limits.h"
#include "formats/base/publish.h"
#include "formats/base/text.h"
#include "formats/base/zone_table.h"

#define ZONE_FOLDER "/usr/share/zoneinfo"
enum { NAME_SIZE_MAX = 100 };

/* Parts of letters, digits and _ + - . between slashes, none of them "", "." or "..": a path that stays in
 * the folder. */
static bool is_safe_name(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-./";
    const size_t size = strlen(name);
    if (size == 0 || size > NAME_SIZE_MAX || strspn(name, letters) != size)
        return false;
    for (const char *part = name;; part++) {
        const size_t part_size = strcspn(part, "/");
        if (part_size == 0 || part[0] == '.')
            return false;
        part += part_size;
        if (*part == '\0')
            return true;
    }
}

/* Replaces the `size` bytes at `part`, the last of `path`, by the nearest name of the folder before it. */
static bool nearest_part(const struct fl_io *io, char *path, size_t path_size_max, const char *part,
                         size_t size)
{
    DIR *entries = io->opendir(path);
    struct fl_names *names = entries == NULL ? NULL : fl_names_create();
    if (names != NULL) {
        for (const struct dirent *entry; (entry = io->readdir(entries)) != NULL;) {
            if (entry->d_name[0] != '.')
                (void)fl_names_add(names, fl_text_of(entry->d_name),
                                   0); /* without memory the hint is poorer */
        }
    }
    if (entries != NULL)
        (void)io->closedir(entries);
    const char *nearest = names == NULL ? NULL : fl_names_nearest(names, (struct fl_text){part, size});
    const size_t used = strlen(path);
    const bool found = nearest != NULL && used + 1 + strlen(nearest) < path_size_max;
    if (found)
        (void)snprintf(path + used, path_size_max - used, "/%s", nearest);
    fl_names_free(names);
    return found;
}

/* "; did you mean `Europe/Oslo`?" or nothing, each part of the name being the nearest of its folder. */
static void make_hint(const struct fl_io *io, const char *name, char *hint, size_t hint_size)
{
    char path[512] = ZONE_FOLDER;
    hint[0] = '\0';
    for (const char *part = name;; part++) {
        const size_t part_size = strcspn(part, "/");
        if (!nearest_part(io, path, sizeof path, part, part_size))
            return;
        part += part_size;
        if (*part == '\0')
            break;
    }
    const char *const nearest = path + sizeof ZONE_FOLDER;
    if (strcmp(nearest, name) != 0) /* a folder of zones is its own nearest name */
        (void)snprintf(hint, hint_size, "; did you mean `%s`?", nearest);
}

static fl_status fail_unknown(const struct fl_io *io, const char *name, struct fl_error *error)
{
    char hint[600];
    make_hint(io, name, hint, sizeof hint);
    return fl_fail(error, FL_BAD_MODEL, "no time zone `%s` in %s%s", name, ZONE_FOLDER, hint);
}

static fl_status read_file(const struct fl_io *io, const char *path, const char *name, struct fl_zone **zone,
                           struct fl_error *error)
{
    struct fl_buffer bytes = {0};
    struct fl_error failure; /* so that a missing file leaves no path in *error */
    fl_error_clear(&failure);
    fl_status status = fl_file_read_all(io, path, FL_ZONE_BYTES_MAX, &bytes, &failure);
    if (status == FL_OK)
        status = fl_zone_from_bytes(bytes.bytes, bytes.size, name, zone, &failure);
    fl_buffer_release(&bytes);
    if (status == FL_MISSING || status == FL_BAD_DATA) /* BAD_DATA: a folder of zones */
        return fail_unknown(io, name, error);
    if (status == FL_OK)
        return FL_OK;
    (void)fl_error_at_path(&failure, path);
    if (error != NULL)
        *error = failure;
    return status;
}

fl_status fl_zone_open(const struct fl_io *io, const char *name, struct fl_zone **zone,
                       struct fl_error *error)
{
    *zone = NULL;
    if (strcmp(name, "UTC") == 0) {
        *zone = fl_zone_create(name);
        return *zone == NULL ? fl_fail_memory(error, sizeof **zone) : FL_OK;
    }
    if (!is_safe_name(name))
        return fl_fail(error, FL_BAD_MODEL, "a time zone has a name like Europe/Oslo");
    char *path = fl_path_join(ZONE_FOLDER, name);
    if (path == NULL)
        return fl_fail_memory(error, sizeof ZONE_FOLDER + strlen(name) + 1);
    const fl_status status = read_file(io, path, name, zone, error);
    free(path);
    return status;
}

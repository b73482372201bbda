/* data_folder.c - opens a data folder with the key of its customer ids. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>

#include "formats/base/bytes.h"
#include "formats/base/checksum.h"
#include "formats/base/file_map.h"
#include "formats/base/limits.h"
#include "formats/base/publish.h"
#include "formats/folder/data_manifest.h"

_Static_assert(FL_KEY_SIZE == crypto_shorthash_siphash24_KEYBYTES, "SipHash-2-4 takes keys of this size");

enum { KEY_FILE_BYTES_MAX = 64 };

char *fl_data_folder_path_of(const struct fl_data_folder *folder, const char *name)
{
    return fl_path_join(folder->path, name);
}

int64_t fl_data_folder_key_of(const struct fl_data_folder *folder, struct fl_text id)
{
    uint8_t hash[crypto_shorthash_siphash24_BYTES];
    (void)crypto_shorthash_siphash24(hash, (const uint8_t *)id.bytes, id.size, folder->key);
    return (int64_t)(fl_load_le64(hash) & INT64_MAX);
}

/* The id tells two keys apart without telling what they are: it is their hash of a constant. */
static void set_key_id(struct fl_data_folder *folder)
{
    static const char words[] = "fourloop key id";
    uint8_t hash[crypto_shorthash_siphash24_BYTES];
    (void)crypto_shorthash_siphash24(hash, (const uint8_t *)words, sizeof words - 1, folder->key);
    fl_hex64(fl_load_le64(hash), folder->key_id);
}

static bool parse_key(const struct fl_buffer *file, uint8_t key[FL_KEY_SIZE])
{
    if (file->size == FL_KEY_SIZE) {
        memcpy(key, file->bytes, FL_KEY_SIZE);
        return true;
    }
    size_t size = file->size;
    while (size > 0 && (file->bytes[size - 1] == '\n' || file->bytes[size - 1] == '\r'))
        size--;
    size_t key_size;
    const char *end;
    const char *text = (const char *)file->bytes;
    return size == 2 * FL_KEY_SIZE &&
           sodium_hex2bin(key, FL_KEY_SIZE, text, size, NULL, &key_size, &end) == 0 &&
           key_size == FL_KEY_SIZE && end == text + size;
}

static fl_status read_key(const struct fl_io *io, const char *path, uint8_t key[FL_KEY_SIZE],
                          struct fl_error *error)
{
    struct fl_buffer file = {0};
    fl_status status = fl_file_read_kept(io, path, KEY_FILE_BYTES_MAX, &file, error);
    if (status == FL_OK && !parse_key(&file, key)) {
        (void)fl_fail(error, FL_CORRUPT, "no key: %zu bytes, not 16 nor 32 hex digits", file.size);
        (void)fl_error_at_path(error, path);
        status = FL_CORRUPT;
    }
    if (file.bytes != NULL)
        sodium_memzero(file.bytes, file.capacity);
    fl_buffer_release(&file);
    return status;
}

static fl_status check_key_is_private(const struct fl_io *io, const char *path, struct fl_error *error)
{
    /* O_NONBLOCK: a pipe in its place must not keep this waiting. */
    const int file = io->open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
    if (file < 0)
        return fl_fail_errno(error, errno, "open the key", path);
    struct stat facts;
    fl_status status = fl_file_look(io, file, path, &facts, error);
    if (status == FL_OK && (facts.st_mode & 077) != 0) {
        (void)fl_fail(error, FL_PERMISSION, "the key has mode %04o, 0600 is needed: others could read it",
                      (unsigned)(facts.st_mode & 07777));
        (void)fl_error_at_path(error, path);
        status = FL_PERMISSION;
    }
    (void)io->close(file);
    return status;
}

/* Key and key id from the folder's key file. FL_MISSING: there is none. */
static fl_status load_key(struct fl_data_folder *folder, struct fl_error *error)
{
    char *path = fl_data_folder_path_of(folder, FL_DATA_KEY_NAME);
    if (path == NULL)
        return fl_fail_memory(error, strlen(folder->path));
    fl_status status = check_key_is_private(folder->io, path, error);
    if (status == FL_OK)
        status = read_key(folder->io, path, folder->key, error);
    if (status == FL_OK)
        set_key_id(folder);
    free(path);
    return status;
}

/* The key of a decided text folder must be the one its manifest was made with. */
static fl_status load_known_key(struct fl_data_folder *folder, struct fl_error *error)
{
    char known_id[17];
    memcpy(known_id, folder->key_id, sizeof known_id);
    const fl_status status = load_key(folder, error);
    if (status != FL_OK || strcmp(known_id, folder->key_id) == 0)
        return status;
    (void)fl_fail(error, FL_CORRUPT, "the key is another one: its id is %s, the manifest says %s",
                  folder->key_id, known_id);
    (void)fl_error_at_path(error, folder->path);
    return FL_CORRUPT;
}

static fl_status read_manifest(const struct fl_data_folder *folder, struct fl_buffer *text, bool *found,
                               struct fl_error *error)
{
    char *path = fl_data_folder_path_of(folder, FL_DATA_MANIFEST_NAME);
    if (path == NULL)
        return fl_fail_memory(error, strlen(folder->path));
    struct fl_error trouble;
    fl_error_clear(&trouble);
    fl_status status = fl_file_read_kept(folder->io, path, FL_MANIFEST_BYTES_MAX, text, &trouble);
    *found = status != FL_MISSING;
    if (status == FL_MISSING)
        status = FL_OK;
    else if (status != FL_OK && error != NULL)
        *error = trouble;
    free(path);
    return status;
}

static fl_status parse_manifest(struct fl_data_state *state, const struct fl_buffer *text,
                                struct fl_error *error)
{
    struct fl_data_state fresh = {.folder = {.io = state->folder.io, .path = state->folder.path}};
    char *path = fl_data_folder_path_of(&fresh.folder, FL_DATA_MANIFEST_NAME);
    if (path == NULL)
        return fl_fail_memory(error, strlen(state->folder.path));
    fl_arena_init(&fresh.arena);
    const fl_status status =
        fl_data_manifest_parse((const char *)text->bytes, text->size, path, &fresh, error);
    free(path);
    if (status != FL_OK) {
        fl_arena_release(&fresh.arena);
        return status;
    }
    memcpy(fresh.folder.key, state->folder.key, FL_KEY_SIZE);
    fl_arena_release(&state->arena);
    *state = fresh;
    return FL_OK;
}

fl_status fl_data_state_read(struct fl_data_state *state, bool *found, struct fl_error *error)
{
    struct fl_buffer text = {0};
    fl_status status = read_manifest(&state->folder, &text, found, error);
    if (status == FL_OK && *found) {
        status = parse_manifest(state, &text, error);
    } else if (status == FL_OK) {
        state->folder.zone = NULL;
        state->folder.file_count = 0;
        state->folder.fold_count = 0;
        state->import_count = 0;
    }
    fl_buffer_release(&text);
    return status;
}

static fl_status create_state(const struct fl_io *io, const char *path, struct fl_data_folder **folder,
                              struct fl_error *error)
{
    *folder = NULL;
    struct fl_data_state *state = calloc(1, sizeof *state);
    if (state == NULL)
        return fl_fail_memory(error, sizeof *state);
    fl_arena_init(&state->arena);
    state->folder.io = io;
    state->folder.path = strdup(path);
    if (state->folder.path == NULL) {
        free(state);
        return fl_fail_memory(error, strlen(path) + 1);
    }
    *folder = &state->folder;
    return FL_OK;
}

void fl_data_folder_close(struct fl_data_folder *folder)
{
    if (folder == NULL)
        return;
    struct fl_data_state *state = fl_data_state_of(folder);
    fl_arena_release(&state->arena);
    sodium_memzero(folder->key, FL_KEY_SIZE);
    free(folder->path);
    free(state);
}

/* Manifest and key of a new state. */
static fl_status load(struct fl_data_folder *folder, bool *found, struct fl_error *error)
{
    fl_status status = fl_data_state_read(fl_data_state_of(folder), found, error);
    if (status == FL_OK && folder->text_ids)
        status = load_known_key(folder, error);
    return status;
}

fl_status fl_data_folder_open(const struct fl_io *io, const char *path, struct fl_data_folder **folder,
                              struct fl_error *error)
{
    fl_status status = create_state(io, path, folder, error);
    if (status != FL_OK)
        return status;
    bool found = false;
    status = load(*folder, &found, error);
    if (status == FL_OK && !found) {
        (void)fl_fail(error, FL_MISSING, "no data folder: no " FL_DATA_MANIFEST_NAME " in it");
        (void)fl_error_at_path(error, path);
        status = FL_MISSING;
    }
    if (status != FL_OK) {
        fl_data_folder_close(*folder);
        *folder = NULL;
    }
    return status;
}

bool fl_data_folder_has_changed(const struct fl_data_folder *folder)
{
    struct fl_data_folder *now;
    if (fl_data_folder_open(folder->io, folder->path, &now, NULL) != FL_OK)
        return false;
    bool same = now->file_count == folder->file_count;
    for (size_t i = 0; same && i < now->file_count; i++)
        same = strcmp(now->files[i].name, folder->files[i].name) == 0;
    fl_data_folder_close(now);
    return !same;
}

static bool has_ending(const char *name, const char *ending)
{
    const size_t size = strlen(name), ending_size = strlen(ending);
    return size > ending_size && strcmp(name + size - ending_size, ending) == 0;
}

/* What an import that came to nothing leaves behind. */
static bool may_lie_in_a_new_folder(const char *name)
{
    static const char *const known[] = {".", "..", "key", "rejects", ".lock", ".compact"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(name, known[i]) == 0)
            return true;
    }
    return strncmp(name, FL_TEMPORARY_PREFIX, strlen(FL_TEMPORARY_PREFIX)) == 0 ||
           strncmp(name, FL_IMPORT_LOCK_PREFIX, strlen(FL_IMPORT_LOCK_PREFIX)) == 0;
}

/* What lies in a folder without a manifest, as far as it decides whether a new one may be started there. */
struct leftovers {
    /* The least name of a table file whose import is not known, of what is none of ours; "" without. */
    char unclaimed[256], foreign[256];
};

static void keep_least(char least[256], const char *name)
{
    if (least[0] == '\0' || strcmp(name, least) < 0)
        (void)snprintf(least, 256, "%s", name);
}

static fl_status look_at(const struct fl_data_folder *folder, const char *name, struct leftovers *found,
                         struct fl_error *error)
{
    bool unclaimed = false;
    fl_status status = FL_OK;
    if (has_ending(name, ".flint"))
        status = fl_data_folder_is_unclaimed(folder, name, &unclaimed, error);
    else if (!may_lie_in_a_new_folder(name))
        keep_least(found->foreign, name);
    if (unclaimed)
        keep_least(found->unclaimed, name);
    return status;
}

static fl_status list_leftovers(const struct fl_data_folder *folder, struct leftovers *found,
                                struct fl_error *error)
{
    *found = (struct leftovers){.unclaimed = ""};
    DIR *entries = folder->io->opendir(folder->path);
    if (entries == NULL)
        return fl_fail_errno(error, errno, "list the folder", folder->path);
    fl_status status = FL_OK;
    while (status == FL_OK) {
        errno = 0;
        const struct dirent *entry = folder->io->readdir(entries);
        if (entry != NULL)
            status = look_at(folder, entry->d_name, found, error);
        else if (errno != 0)
            status = fl_fail_errno(error, errno, "list the folder", folder->path);
        else
            break;
    }
    (void)folder->io->closedir(entries);
    return status;
}

/* Table files that nobody lists are rows that nobody would miss if a new manifest were begun beside them. */
static fl_status check_startable(struct fl_data_folder *folder, struct fl_error *error)
{
    struct leftovers left;
    bool found;
    fl_status status = list_leftovers(folder, &left, error);
    if (status != FL_OK || (left.foreign[0] == '\0' && left.unclaimed[0] == '\0'))
        return status;
    status = load(folder, &found, error); /* another first import may have ended between the two looks */
    if (status != FL_OK || found)
        return status;
    if (left.foreign[0] != '\0')
        (void)fl_fail(error, FL_CANNOT_CREATE, "holds %s, so it is no data folder: nothing was touched",
                      left.foreign);
    else
        (void)fl_fail(
            error, FL_CORRUPT,
            "holds %s, but its manifest.json is gone: restore that, or remove the table files to start anew",
            left.unclaimed);
    (void)fl_error_at_path(error, folder->path);
    return left.foreign[0] != '\0' ? FL_CANNOT_CREATE : FL_CORRUPT;
}

fl_status fl_data_folder_open_or_start(const struct fl_io *io, const char *path,
                                       struct fl_data_folder **folder, struct fl_error *error)
{
    *folder = NULL;
    fl_status status = fl_directory_ensure(io, path, error);
    if (status != FL_OK)
        return status;
    status = create_state(io, path, folder, error);
    if (status != FL_OK)
        return status;
    bool found;
    status = load(*folder, &found, error);
    if (status == FL_OK && !found)
        status = check_startable(*folder, error);
    if (status != FL_OK) {
        fl_data_folder_close(*folder);
        *folder = NULL;
    }
    return status;
}

/* --- deciding the kind of ids --- */

static const char *words_of_ids(bool text_ids, bool pseudonymous)
{
    if (!text_ids)
        return "integers";
    return pseudonymous ? "pseudonymous texts" : "texts";
}

/* The import that needs the key brings its name to the disk with those of its table files. */
static fl_status write_key(const struct fl_data_folder *folder, struct fl_error *error)
{
    char text[2 * FL_KEY_SIZE + 1];
    (void)sodium_bin2hex(text, sizeof text, folder->key, FL_KEY_SIZE);
    text[2 * FL_KEY_SIZE] = '\n';
    struct fl_output *output;
    fl_status status = fl_output_create(folder->io, folder->path, &output, error);
    if (status == FL_OK) {
        status = fl_output_write(output, text, sizeof text, error);
        if (status == FL_OK)
            status = fl_output_commit(output, FL_DATA_KEY_NAME, error);
        else
            fl_output_abort(output);
    }
    sodium_memzero(text, sizeof text);
    return status;
}

static fl_status check_given_key(const struct fl_data_folder *folder, const char *key_path,
                                 struct fl_error *error)
{
    uint8_t key[FL_KEY_SIZE];
    const fl_status status = read_key(folder->io, key_path, key, error);
    if (status != FL_OK)
        return status;
    const bool same = sodium_memcmp(key, folder->key, FL_KEY_SIZE) == 0;
    sodium_memzero(key, sizeof key);
    if (same)
        return FL_OK;
    (void)fl_fail(error, FL_BAD_MODEL, "the folder has a key already (id %s), and this is another one",
                  folder->key_id);
    (void)fl_error_at_path(error, key_path);
    return FL_BAD_MODEL;
}

/* The folder's lock is held: of two first imports at once one makes the key and the other finds it. */
static fl_status find_or_make_key(struct fl_data_folder *folder, const char *key_path, struct fl_error *error)
{
    struct fl_error trouble;
    fl_error_clear(&trouble);
    fl_status status = load_key(folder, &trouble);
    if (status == FL_OK)
        return key_path == NULL ? FL_OK : check_given_key(folder, key_path, error);
    if (status != FL_MISSING) {
        if (error != NULL)
            *error = trouble;
        return status;
    }
    if (sodium_init() < 0)
        return fl_fail(error, FL_INTERNAL, "no source of random numbers for a key");
    if (key_path != NULL) {
        status = read_key(folder->io, key_path, folder->key, error);
        if (status != FL_OK)
            return status;
    } else {
        randombytes_buf(folder->key, FL_KEY_SIZE);
    }
    set_key_id(folder);
    return write_key(folder, error);
}

static fl_status check_ids(const struct fl_data_folder *folder, bool text_ids, bool pseudonymous,
                           struct fl_error *error)
{
    if (folder->text_ids == text_ids && (folder->pseudonymous || !pseudonymous))
        return FL_OK;
    (void)fl_fail(error, FL_BAD_MODEL, "customer ids of this folder are %s, of this import %s",
                  words_of_ids(folder->text_ids, folder->pseudonymous), words_of_ids(text_ids, pseudonymous));
    (void)fl_error_at_path(error, folder->path);
    return FL_BAD_MODEL;
}

fl_status fl_data_folder_decide_ids(struct fl_data_folder *folder, bool text_ids, bool pseudonymous,
                                    const char *key_path, struct fl_error *error)
{
    if (!text_ids && (pseudonymous || key_path != NULL))
        return fl_fail(error, FL_USAGE, "%s: only for customer ids that are texts, these are integers",
                       pseudonymous ? "--pseudonymous" : "a key file");
    if (folder->ids_decided) {
        const fl_status status = check_ids(folder, text_ids, pseudonymous, error);
        return status == FL_OK && key_path != NULL ? check_given_key(folder, key_path, error) : status;
    }
    if (text_ids) {
        int lock;
        fl_status status = fl_data_folder_lock(folder, &lock, error);
        if (status != FL_OK)
            return status;
        status = find_or_make_key(folder, key_path, error);
        fl_data_folder_unlock(folder, lock);
        if (status != FL_OK)
            return status;
    }
    folder->ids_decided = true;
    folder->text_ids = text_ids;
    folder->pseudonymous = pseudonymous;
    return FL_OK;
}

static bool has_size(const struct fl_data_folder *folder, const struct fl_data_file *file)
{
    char *path = fl_data_folder_path_of(folder, file->name);
    if (path == NULL)
        return false;
    const int opened = folder->io->open(path, O_RDONLY | O_NONBLOCK, 0);
    free(path);
    if (opened < 0)
        return false;
    struct stat facts;
    const bool same = folder->io->fstat(opened, &facts) == 0 && S_ISREG(facts.st_mode) &&
                      (uint64_t)facts.st_size == file->size_bytes;
    (void)folder->io->close(opened);
    return same;
}

/* Not so when a compaction has folded the file since `folder` was read. */
static bool is_listed_by_now(const struct fl_data_folder *folder, const char *name)
{
    struct fl_data_folder *now;
    if (fl_data_folder_open(folder->io, folder->path, &now, NULL) != FL_OK)
        return true;
    bool listed = false;
    for (size_t i = 0; i < now->file_count && !listed; i++)
        listed = strcmp(now->files[i].name, name) == 0;
    fl_data_folder_close(now);
    return listed;
}

bool fl_data_folder_has_files(const struct fl_data_folder *folder, const char *import_id, const char **name)
{
    for (size_t i = 0; i < folder->file_count; i++) {
        const struct fl_data_file *file = &folder->files[i];
        *name = file->name;
        if (file->import_id != NULL && strcmp(file->import_id, import_id) == 0 && !has_size(folder, file) &&
            is_listed_by_now(folder, file->name))
            return false;
    }
    return true;
}

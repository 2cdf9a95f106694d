/* form_sheet_rows: the rows of a kind=rows sheet, in an unnamed file under VAR/tmp until their parent comes by. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/config.h"
#include "core/keyed.h"
#include "web/form_sheet_inside.h"

/* --- rows by their parent's key --------------------------------------------------------------------------------------- */

struct spooled { int64_t next, at; bool used; };         /* index + 1 of the next row of the key; place in the file */

struct sheet_spool {
    FILE           *file;
    struct keyed   *firsts;                              /* key → index + 1 of its first row */
    struct spooled *rows;
    int64_t        *lasts;                               /* by index of a first row */
    size_t          count, room;
    bool            broken;                              /* could not be read back */
    char           *bytes;                               /* of one row */
    size_t          bytes_room;
    struct sheet_cell cells[SHEET_FIELDS + 1];
};

static void spool_close(void *thing)
{
    struct sheet_spool *spool = thing;
    if (spool->file)
        fclose(spool->file);
    free(spool->rows);
    free(spool->lasts);
    free(spool->bytes);
    free(spool);
}

struct sheet_spool *spool_open(struct work *work)
{
    struct sheet_spool *spool = calloc(1, sizeof *spool);
    char *path = arena_printf(work->arena, "%s/tmp/rows-XXXXXX", path_var());
    if (!spool)
        abort();
    work_defer(work, spool_close, spool);
    spool->firsts = keyed_new(work);
    int descriptor = mkstemp(path);
    if (descriptor < 0)
        fail(work, FAIL_UNAVAILABLE, "暂时不能处理导入文件，请稍后重试。");
    unlink(path);
    if (!(spool->file = fdopen(descriptor, "w+")))
        abort();
    return spool;
}

static void room_for(struct sheet_spool *spool)
{
    if (spool->count < spool->room)
        return;
    spool->room = spool->room ? spool->room * 2 : 256;
    spool->rows = realloc(spool->rows, spool->room * sizeof *spool->rows);
    spool->lasts = realloc(spool->lasts, spool->room * sizeof *spool->lasts);
    if (!spool->rows || !spool->lasts)
        abort();
}

/* number, hidden, count, then of each cell: kind, lost and day system, length, bytes */
static void row_write(FILE *file, const struct sheet_row *row)
{
    int32_t head[2] = { row->hidden, row->count };
    fwrite(&row->number, sizeof row->number, 1, file);
    fwrite(head, sizeof head, 1, file);
    for (int i = 0; i < row->count; i++) {
        int32_t cell[3] = { (int32_t)row->cells[i].kind, row->cells[i].digits_lost | row->cells[i].from_1904 << 1, (int32_t)strlen(row->cells[i].text) };
        fwrite(cell, sizeof cell, 1, file);
        fwrite(row->cells[i].text, (size_t)cell[2] + 1, 1, file);
    }
}

void spool_add(struct sheet_spool *spool, const char *key, const struct sheet_row *row)
{
    struct sheet_row cut = *row;
    cut.count = row->count > SHEET_FIELDS ? SHEET_FIELDS : row->count;
    room_for(spool);
    int64_t index = (int64_t)spool->count++;
    spool->rows[index] = (struct spooled){ 0, ftell(spool->file), false };
    row_write(spool->file, &cut);
    int64_t *at = keyed_at(spool->firsts, 0, key);
    if (*at) {
        int64_t first = *at - 1;
        spool->rows[spool->lasts[first]].next = index + 1;
        spool->lasts[first] = index;
    } else {
        *at = index + 1;
        spool->lasts[index] = index;
    }
}

static bool row_read(struct sheet_spool *spool, int64_t at, struct sheet_row *row)
{
    int32_t head[2], cell[3];
    size_t used = 0, places[SHEET_FIELDS + 1];
    if (fseek(spool->file, at, SEEK_SET) != 0 || fread(&row->number, sizeof row->number, 1, spool->file) != 1
        || fread(head, sizeof head, 1, spool->file) != 1)
        return false;
    for (int i = 0; i < head[1]; i++) {
        if (fread(cell, sizeof cell, 1, spool->file) != 1)
            return false;
        if (used + (size_t)cell[2] + 1 > spool->bytes_room) {
            spool->bytes_room = (used + (size_t)cell[2] + 1) * 2;
            if (!(spool->bytes = realloc(spool->bytes, spool->bytes_room)))
                abort();
        }
        if (fread(spool->bytes + used, (size_t)cell[2] + 1, 1, spool->file) != 1)
            return false;
        spool->cells[i] = (struct sheet_cell){ .kind = (enum sheet_kind)cell[0], .text = "", .from_1904 = cell[1] >> 1, .digits_lost = cell[1] & 1 };
        places[i] = used;
        used += (size_t)cell[2] + 1;
    }
    for (int i = 0; i < head[1]; i++)
        spool->cells[i].text = spool->bytes + places[i];
    row->hidden = head[0] != 0;
    row->count = head[1];
    row->cells = spool->cells;
    return true;
}

void spool_each(struct sheet_spool *spool, const char *key, void (*each)(const struct sheet_row *row, void *arg), void *arg)
{
    struct sheet_row row;
    for (int64_t at = keyed_get(spool->firsts, 0, key); at; at = spool->rows[at - 1].next) {
        spool->rows[at - 1].used = true;
        if (row_read(spool, spool->rows[at - 1].at, &row))
            each(&row, arg);
        else
            spool->broken = true;
    }
}

bool spool_good(struct sheet_spool *spool)
{
    return fflush(spool->file) == 0 && !ferror(spool->file) && !spool->broken;
}

void spool_unused(struct sheet_spool *spool, void (*each)(const struct sheet_row *row, void *arg), void *arg)
{
    struct sheet_row row;
    for (size_t i = 0; i < spool->count; i++)
        if (!spool->rows[i].used && row_read(spool, spool->rows[i].at, &row))
            each(&row, arg);
}

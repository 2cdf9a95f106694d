/* scale: reads the classes once a process; a mistake in the file leaves stations without a class. */
#include "domain/scale.h"

#include <stdint.h>
#include <string.h>
#include <util/neo_hdf.h>

#include "core/config.h"
#include "core/text.h"

enum { CLASSES = 16 };

static struct { const char *code; size_t least; } classes[CLASSES];
static size_t class_count;

static void class_read(HDF *node)
{
    for (HDF_ATTR *attribute = hdf_obj_attr(node); attribute; attribute = attribute->next) {
        int64_t least;
        if (strcmp(attribute->key, "min") == 0 && text_to_int(attribute->value, 0, INT32_MAX, &least)) {
            classes[class_count].code = hdf_obj_name(node);
            classes[class_count++].least = (size_t)least;
        }
    }
}

static void classes_read(void)
{
    static HDF *tree;                        /* kept: the codes point into it */

    if (tree || hdf_init(&tree))
        return;
    NEOERR *error = hdf_read_file(tree, path_in_root("schema/dicts/station_scale.hdf"));
    nerr_ignore(&error);
    for (HDF *node = hdf_get_child(tree, "values"); node && class_count < CLASSES; node = hdf_obj_next(node))
        class_read(node);
}

const char *scale_code(size_t connectors)
{
    const char *code = NULL;
    size_t best = 0;

    classes_read();
    for (size_t i = 0; i < class_count; i++)
        if (classes[i].least <= connectors && (!code || classes[i].least >= best)) {
            code = classes[i].code;
            best = classes[i].least;
        }
    return code;
}

/* form_ports: what the form engine asks of nouns it does not know: named checks, divisions, files. Registered once at a
 * program's start. */
#include <stdlib.h>
#include <string.h>

#include "web/form_declared.h"

const struct form_divisions *form_divisions;
const struct form_files     *form_files;
const char *(*form_agreements)(struct work *work, const char *kind);

static struct known { const struct form_check *check; struct known *next; } *checks;

void form_check_register(const struct form_check *check)
{
    struct known *known = malloc(sizeof *known);
    if (!known)
        abort();
    *known = (struct known){ check, checks };
    checks = known;
}

const struct form_check *form_check_named(const char *name)
{
    for (const struct known *known = checks; known; known = known->next)
        if (strcmp(known->check->name, name) == 0)
            return known->check;
    return NULL;
}

void form_divisions_register(const struct form_divisions *divisions) { form_divisions = divisions; }
void form_files_register(const struct form_files *files)             { form_files = files; }
void form_agreements_register(const char *(*version)(struct work *work, const char *kind)) { form_agreements = version; }

/* config: what differs from place to place. conf/portal.hdf holds the defaults, conf/sites/<SITE>.hdf
 * lies over it, VAR/instance.hdf (written at the first start: ports, passwords) over both.
 * Keys with a type and limits are listed in config.c; an unknown or missing one stops the start.
 * Loaded once a process; the tree is the global fallback of every template under Config.* and Site.*. */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

/* Reads $CHARGEHALL_ROOT (where conf/, schema/, templates/ are; default: two folders above the program,
 * else "."), $VAR (default ROOT/var), $SITE (default: the site named in VAR/instance.hdf, else zhuhai).
 * On a mistake prints what and where to stderr and exits 2. */
void config_load(const char *program_path);

const char *config_text(const char *key);          /* "Site.Name"; "" when the key is empty       */
int64_t     config_int(const char *key);
bool        config_bool(const char *key);
HDF        *config_node(const char *key);          /* NULL: absent                                */
HDF        *config_tree(void);

/* What staff set over the files while the portal runs (lib/domain/parameter, at the beginning of a work); NULL takes it
 * back. False: no declared key, or not a value it takes. All readers see it, templates too; pointers that config_text()
 * gave earlier stay valid for the life of the process, with the words they had. */
bool        config_overlay(const char *key, const char *value);
bool        config_takes(const char *key, const char *value);      /* declared, and within its type and limits */
const char *config_base(const char *key);                          /* what the files say */

const char *path_root(void);                       /* no slash at the end                         */
const char *path_var(void);
/* "VAR/" + name into a static ring of buffers: use at once */
const char *path_in_var(const char *name);
const char *path_in_root(const char *name);

#endif

/* page_edit: the editor's side of tables page and page_history (Z4, Z5; reading is content.h). A save is one
 * compare-and-set on the version the editor had opened: whoever is second is told who was first and loses nothing.
 * Every version that is replaced stays in page_history. */
#ifndef DOMAIN_PAGE_EDIT_H
#define DOMAIN_PAGE_EDIT_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

/* node.{slug,section,title,body,version,at,who}; who: name of the account that saved it, absent when nobody did. */
bool page_edit_load(struct work *work, const char *slug, HDF *node);              /* false: no such page */
/* node.N.{version,title,at,who}, newest first, at most 50. */
void page_edit_history(struct work *work, const char *slug, HDF *node);
/* node.{version,title,body,at,who} of an earlier version. */
bool page_edit_version(struct work *work, const char *slug, int64_t version, HDF *node);

enum page_saved { PAGE_SAVED, PAGE_SAME, PAGE_CHANGED, PAGE_MISSING };
/* Stores title and body over `version`; writes the trail. PAGE_SAME: nothing was different, nothing stored.
 * PAGE_CHANGED: the page has another version by now, nothing stored. Line ends become "\n". */
enum page_saved page_edit_save(struct work *work, const char *slug, int64_t version, const char *title, const char *body,
                               const char *address);

#endif

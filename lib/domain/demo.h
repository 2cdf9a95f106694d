/* demo: the demonstration city and its content, and the base content every portal starts with. All of it can be
 * called again: what is there stays as it is. Call inside work_run(WORK_PLAIN): these open their own connection. */
#ifndef DOMAIN_DEMO_H
#define DOMAIN_DEMO_H

#include "core/progress.h"
#include "core/work.h"

/* News columns, and the fixed pages of schema/pages/ that are not in the database yet (an edited page is never
 * overwritten). Not divisions: division_load(). */
void base_load(struct work *work, struct progress *progress);

/* The demonstration city inside Site.Division: operators, Demo.Stations stations with equipment, connectors and
 * told states, and the articles of schema/demo/articles/. The same seed gives the same city. Does nothing when
 * stations of source 'demo' are there. Needs the divisions and htdocs/vendor/basemap/outline/. */
void demo_load(struct work *work, struct progress *progress);

/* Called every few seconds by the job runner when Demo.Live = 1: some connectors change state as a day goes,
 * others are told again. Returns how many were told. */
int demo_tick(struct work *work);

/* One demonstration operator's platform will answer at this port of loopback: its keys and stations are written to
 * VAR/simulator/ for build/simulator, and it is registered as a partner. Each start says it anew. In a transaction. */
void demo_platform(struct work *work, int64_t port);

/* --- parts (demo_city.c, demo_content.c) ----------------------------------------------------- */
void demo_city(struct work *work, struct progress *progress);
void demo_records(struct work *work);      /* archives of a few operators in every state; after demo_city() */
void demo_quality(struct work *work);      /* weeks of data quality; after demo_orders() */
void demo_built(struct work *work);        /* what a platform pushes for the demonstration builder (H3.2); after the accounts */
void demo_articles(struct work *work);
void demo_orders(struct work *work);       /* months of charging orders, when there are none; after demo_city() */

#endif

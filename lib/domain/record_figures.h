/* record_figures: what an operator's overview counts of its archives (Z8.3); each figure leads to its list. Reads for the
 * actor's company alone. */
#ifndef DOMAIN_RECORD_FIGURES_H
#define DOMAIN_RECORD_FIGURES_H

#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"

/* node.Figures.N.{Label, Value, Unit, Href} for macro figures: archives entered, interconnected facilities and their stations. */
void record_figures(struct work *work, HDF *node);

#endif

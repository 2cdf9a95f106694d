/* company: what an operator does for itself. Its configuration with the review of key data (Z13; company_profile.c), its
 * contacts (Z14; company_contact.c), its qualification (H2; company_qualification.c), its figures and guide (Z8.3, Z8.4;
 * company_guide.c). Owns tables profile_change, operator_contact, qualification, qualification_technician.
 *
 * Whose: work->actor.operator_id stands in each WHERE; departments are held by their division. What is outside does
 * not exist (404). The flows profile-change and qualification say who may do what. */
#ifndef DOMAIN_COMPANY_H
#define DOMAIN_COMPANY_H

#include <stdbool.h>
#include <stdint.h>
#include <util/neo_misc.h>
#include <util/neo_hdf.h>

#include "core/work.h"
#include "web/form.h"

/* Guards and consequences of the two flows; called by process_start(). */
void company_process(void);

/* The actor's company. Ends the work (403, with what to do) for an account without one. */
int64_t company_own(struct work *work);

/* --- configuration (Z13) ------------------------------------------------------------------------------------------- */

/* Form company-profile as it is in force. `asked`: with what a returned change asks for laid over it. */
struct form_values *company_profile(struct work *work, bool asked);
/* The company's latest change that is not dropped or passed; 0: none. */
int64_t company_change(struct work *work);
/* Takes in what was typed: other data at once; key data (name, uscc, division_code, legal_name) become a case of the
 * flow profile-change, which is submitted. True: one was. While a change is being reviewed key data cannot be changed
 * again, and a code that another operator has is refused: values_error(), and nothing is stored. */
bool company_profile_save(struct work *work, struct form_values *values, const char *address);
/* What a change asks for beside what was in force (form_view()). Access was proved by flow_show(). */
void company_change_view(struct work *work, int64_t change, HDF *node);

/* --- contacts (Z14) ------------------------------------------------------------------------------------------------- */

struct form_values *company_contact(struct work *work, int64_t id);                 /* 404 when not this company's */
int64_t company_contact_save(struct work *work, struct form_values *values, int64_t id, const char *address);   /* 0: new */
void    company_contact_drop(struct work *work, int64_t id, const char *address);
/* For a department: operator, name, department, post, phone_shown, email, note, of its division alone; else 404. */
void    company_contact_read(struct work *work, int64_t id, HDF *node);
/* The full number; noted in the trail with the reason. */
const char *company_contact_phone(struct work *work, int64_t id, const char *reason, const char *address);

/* --- qualification (H2) --------------------------------------------------------------------------------------------- */

int64_t qualification_current(struct work *work);                   /* the company's case; 0: none yet */
bool    qualification_editable(struct work *work, int64_t id);      /* draft, refused or returned */
/* Form company-qualification: the stored case, or a new one with what is known of the company already. */
struct form_values *qualification_values(struct work *work, int64_t id);
/* Stores a whole application and submits it. NULL: it waits for review; else why not: it stays stored, not submitted. */
const char *qualification_file(struct work *work, struct form_values *values);
/* The detail view (any reader; access was proved by flow_show()). */
void    qualification_view(struct work *work, int64_t id, HDF *node);
/* H2.4: node.N.{Label, Text, Kind (good, bad), State}. How many are not met. */
int     qualification_conditions(struct work *work, int64_t id, HDF *node);
/* file_reader: the company itself, reviewers of its division, who was sent a copy. */
bool    qualification_readable(struct work *work, int64_t id);
bool    qualification_technician_readable(struct work *work, int64_t id);

/* --- overview (Z8.3, Z8.4) ------------------------------------------------------------------------------------------- */

/* For templates/parts/operator-guide.cst: node.Figures.N (macro figures), node.Guide.N.{Label, Text, Path, Link, Kind,
 * State}, node.Downloads.N.{Label, Path}. A step without a page yet is left out. Reads for the actor's company. */
void company_guide(struct work *work, HDF *node);

#endif

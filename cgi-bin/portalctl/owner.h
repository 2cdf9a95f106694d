/* owner: called by root, portalctl works as whoever owns VAR, so that nothing it writes there shuts the programs
 * out. A file named on the command line that this user could not read is copied into VAR/tmp first. */
#ifndef PORTALCTL_OWNER_H
#define PORTALCTL_OWNER_H

/* Changes the user of the process; `file` (NULL: none) is replaced by the copy's path. Exits 2 with words on failure. */
void owner_become(char **file);
/* Removes the copy. */
void owner_done(void);

#endif

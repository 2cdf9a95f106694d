/* trim: what a process needed only to start is given back, so that an idle one is small. */
#ifndef CORE_TRIM_H
#define CORE_TRIM_H

/* Returns free heap to the system, and the pages of code that starting has touched (the loader, the start of
 * OpenSSL, of the template parser) to the page cache: what is used again comes back from there by itself. */
void process_trim(void);

#endif

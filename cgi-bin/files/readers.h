/* readers: who may read which record, and with it its files. */
#ifndef FILES_READERS_H
#define FILES_READERS_H

void readers_register(void);

#endif

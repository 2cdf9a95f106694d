/* serve: the HTTP side. Tokens live in memory: a simulator that starts anew has given none, and the portal fetches one. */
#ifndef SIMULATOR_SERVE_H
#define SIMULATOR_SERVE_H

#include <stdbool.h>

enum { TOKEN_SIZE = 32 };
void token_give(char out[TOKEN_SIZE + 1]);         /* the same one for an hour, so that nothing grows */
bool token_good(const char *token);

/* control.c: GET /control/state, POST /control/misbehave, /control/push; only with --control. The answer, to be freed; NULL: 404. */
struct world;
char *control_answer(struct world *world, const char *path, const char *body);

#endif

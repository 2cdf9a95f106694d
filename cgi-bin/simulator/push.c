/* push: what is told to the portal waits in a line until it is acknowledged: Ret 0 and a good word in Data, or Ret 4015 (it
 * has that order). Anything else is sent again after 1, 2, 4 … 60 seconds. What cannot become good (a refusal of the
 * content) is given up after five tries, but orders never: they are money. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "exchange/client.h"
#include "exchange/envelope.h"
#include "exchange/message.h"
#include "misbehave.h"
#include "world.h"

enum { WAITING_MOST = 50000, TRIES = 5, PAUSE_MOST = 60000, BATCH = 200, ANSWER_MOST = 1 << 20, RET_HAVE_IT = 4015 };

static struct client client;

void push_add(struct world *world, const char *interface, json_t *data, struct connector *about, int64_t delay_ms)
{
    if (world->options->no_push || world->waiting >= WAITING_MOST) {
        json_decref(data);
        return;
    }
    for (struct telling *m = about ? world->first : NULL; m; m = m->next)
        if (m->about == about) {                /* not sent yet: the newer one takes its place */
            json_decref(m->data);
            m->data = data;
            return;
        }
    struct telling *telling = malloc(sizeof *telling);
    if (!telling)
        abort();
    *telling = (struct telling){ .interface = interface, .data = data, .about = about, .due = clock_now() + delay_ms };
    *world->last = telling;
    world->last = &telling->next;
    world->waiting++;
}

/* The first that is due, out of the line; NULL: none. */
static struct telling *take_due(struct world *world)
{
    int64_t now = clock_now();
    for (struct telling **at = &world->first; *at; at = &(*at)->next) {
        struct telling *telling = *at;
        if (telling->due > now)
            continue;
        *at = telling->next;
        if (world->last == &telling->next)
            world->last = at;
        telling->next = NULL;
        world->waiting--;
        return telling;
    }
    return NULL;
}

/* --- sending ------------------------------------------------------------------------------------------------------- */

struct taken { char *bytes; size_t size; };

static size_t take_bytes(char *bytes, size_t one, size_t count, void *arg)
{
    struct taken *taken = arg;
    char *room = taken->size + count < ANSWER_MOST ? realloc(taken->bytes, taken->size + count + 1) : NULL;
    if (!room)
        return 0;
    taken->bytes = room;
    memcpy(room + taken->size, bytes, one * count);
    taken->size += count;
    return count;
}

/* A spoilt envelope cannot go through exchange/client: it is posted as it is. */
static void send_spoilt(struct world *world, struct arena *arena, const struct telling *telling, const char *how, struct client_answer *out)
{
    CURL *curl = curl_easy_init();
    struct taken taken = { 0 };
    struct reply reply;
    const struct key_set *keys = &world->partner.to_gov;
    const char *text = wire_request(arena, keys, telling->interface, world->partner.operator_id, telling->data, how);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json; charset=utf-8");
    headers = curl_slist_append(headers, arena_printf(arena, "Authorization: Bearer %s", client.token ? client.token : ""));
    curl_easy_setopt(curl, CURLOPT_URL, arena_printf(arena, "%s/%s", world->options->portal, telling->interface));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, text);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &taken);
    *out = (struct client_answer){ .why = "没有应答", .later = true };
    if (curl_easy_perform(curl) == CURLE_OK && reply_read(arena, taken.bytes ? taken.bytes : "", taken.size, &reply, &out->why)) {
        out->ret = reply.ret;
        out->why = reply.msg;
        out->data = reply.ret == 0 ? reply_open(arena, &reply, keys, &out->why) : NULL;
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    free(taken.bytes);
}

/* Ret 0, and what Data says means it is in the books. "Discarded" of a status is a last word too; an order that is disputed
 * again and again has had its answer. */
static bool acknowledged(const struct client_answer *answer, int tries)
{
    if (answer->ret == RET_HAVE_IT)
        return true;
    return answer->data && message_int(answer->data, "SuccStat", 0) == 0
        && (message_int(answer->data, "ConfirmResult", 0) == 0 || tries >= TRIES);
}

static void put_back(struct world *world, struct telling *telling, const struct client_answer *answer)
{
    bool order = strstr(telling->interface, "order") != NULL;
    bool hopeless = !order && telling->tries >= TRIES && !answer->later;
    int64_t pause = 1000ll << (telling->tries < 6 ? telling->tries : 6);
    pthread_mutex_lock(&world->lock);
    for (struct telling *m = telling->about ? world->first : NULL; m && !hopeless; m = m->next)
        hopeless = m->about == telling->about;         /* a newer state waits already */
    if (hopeless) {
        world->refused++;
        json_decref(telling->data);
        free(telling);
    } else {
        telling->due = clock_now() + (pause < PAUSE_MOST ? pause : PAUSE_MOST);
        telling->next = NULL;
        *world->last = telling;
        world->last = &telling->next;
        world->waiting++;
    }
    pthread_mutex_unlock(&world->lock);
}

static void send_one(struct world *world, struct telling *telling)
{
    struct arena *arena = arena_new();
    struct client_answer answer;
    const char *how = misbehave_wire(telling->interface);
    telling->tries++;
    if (*how)
        send_spoilt(world, arena, telling, how, &answer);
    else
        client_call(&client, arena, telling->interface, telling->data, &answer);
    bool good = acknowledged(&answer, telling->tries);
    say(world, "-> %s: %s %s%s", telling->interface, good ? "acknowledged" : "not acknowledged", answer.why ? answer.why : "",
        *how ? how : "");
    if (!good && world->options->quiet && telling->tries == TRIES)
        fprintf(stderr, "simulator: %s not acknowledged after %d tries: %s\n", telling->interface, TRIES, answer.why ? answer.why : "");
    if (good) {
        world->sent++;
        json_decref(telling->data);
        free(telling);
    } else {
        put_back(world, telling, &answer);
    }
    json_decref(answer.data);
    arena_free(arena);
}

int push_run(struct world *world)
{
    int count = 0;
    if (!client.base_url)
        client = (struct client){ .base_url = world->options->portal, .own_id = world->partner.operator_id, .keys = &world->partner.to_gov,
                                  .answer_limit = ANSWER_MOST, .connect_seconds = 10, .whole_seconds = 30 };
    for (; count < BATCH && !world->stopping; count++) {
        pthread_mutex_lock(&world->lock);
        struct telling *telling = take_due(world);
        pthread_mutex_unlock(&world->lock);
        if (!telling)
            break;
        send_one(world, telling);
    }
    return count;
}

void push_close(void)
{
    client_close(&client);
}

/* config: reads the three layers, checks every declared key once, and answers from memory afterwards. */
#include "core/config.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"

enum key_type { KEY_TEXT, KEY_INT, KEY_BOOL };

/* One row a key. The defaults stand in conf/portal.hdf, so a key missing there is a mistake of ours. */
static const struct key {
    const char   *name;
    enum key_type type;
    int64_t       low, high;
} keys[] = {
    { "Database.Socket",          KEY_TEXT, 0, 100 },
    { "Database.Name",            KEY_TEXT, 1, 64 },
    { "Database.User",            KEY_TEXT, 1, 80 },
    { "Database.Password",        KEY_TEXT, 0, 200 },
    { "Database.OwnerUser",       KEY_TEXT, 1, 80 },
    { "Database.OwnerPassword",   KEY_TEXT, 0, 200 },
    { "Database.ConnectTimeout",  KEY_INT,  1, 60 },
    { "Web.BodyLimit",            KEY_INT,  1024, 100 << 20 },
    { "Web.UploadLimit",          KEY_INT,  1024, 1 << 30 },
    { "Web.WorkbookLimit",        KEY_INT,  1024, 31 << 20 },             /* WORKBOOK_LIMIT of the routes, and room for the form */
    { "Web.UploadCount",          KEY_INT,  1, 500 },
    { "Web.Parameters",           KEY_INT,  10, 10000 },
    { "Web.PublicAddress",        KEY_TEXT, 0, 200 },
    { "Web.SecureCookies",        KEY_BOOL, 0, 1 },
    { "Records.NearMetres",       KEY_INT,  1, 1000 },
    { "Limits.GuessesPerMinute",  KEY_INT,  1, 60000 },
    { "Limits.GuessBurst",        KEY_INT,  1, 60000 },
    { "Limits.PostsPerSecond",    KEY_INT,  1, 60000 },
    { "Limits.PostBurst",         KEY_INT,  1, 60000 },
    { "Session.IdleMinutes",      KEY_INT,  1, 24 * 60 },
    { "Session.AbsoluteHours",    KEY_INT,  1, 24 * 30 },
    { "Session.LoginFailures",    KEY_INT,  3, 100 },
    { "Session.LoginWaitMinutes", KEY_INT,  1, 24 * 60 },
    { "Session.LoginWaitMost",    KEY_INT,  1, 24 * 60 },
    { "Session.CaptchaFailures",  KEY_INT,  1, 100 },
    { "Session.ReauthMinutes",    KEY_INT,  1, 24 * 60 },
    { "Session.DormantMonths",    KEY_INT,  0, 120 },
    { "Session.StaffSecondFactor", KEY_INT, -1, 1 },
    { "Password.Length",          KEY_INT,  8, 64 },
    { "Password.LengthMost",      KEY_INT,  64, 200 },
    { "Password.Classes",         KEY_INT,  1, 4 },
    { "Password.History",         KEY_INT,  0, 24 },
    { "Password.RotationDays",    KEY_INT,  0, 3650 },
    { "Password.HashPasses",      KEY_INT,  1, 100 },
    { "Password.HashMebibytes",   KEY_INT,  8, 4096 },
    { "Crypto.Suite",             KEY_TEXT, 2, 4 },
    { "Files.PixelLimit",         KEY_INT,  10000, 100000000 },
    { "Files.LooseMost",          KEY_INT,  10, 100000 },
    { "Files.LooseMebibytes",     KEY_INT,  10, 100000 },
    { "Files.UnpackedLimit",      KEY_INT,  1 << 20, 1 << 30 },
    { "Outbox.PerHour",           KEY_INT,  1, 10000 },
    { "Outbox.PerDay",            KEY_INT,  1, 10000 },
    { "Outbox.KeepDays",          KEY_INT,  1, 3650 },
    { "Outbox.CodeMinutes",       KEY_INT,  1, 60 },
    { "Outbox.CodeTries",         KEY_INT,  1, 20 },
    { "Outbox.CodeWaitSeconds",   KEY_INT,  0, 3600 },
    { "Outbox.CodesPerTarget",    KEY_INT,  1, 1000 },
    { "Outbox.CodesPerAddress",   KEY_INT,  1, 100000 },
    { "Mail.Url",                 KEY_TEXT, 0, 200 },
    { "Mail.Tls",                 KEY_TEXT, 0, 10 },
    { "Mail.User",                KEY_TEXT, 0, 200 },
    { "Mail.Password",            KEY_TEXT, 0, 200 },
    { "Mail.From",                KEY_TEXT, 3, 200 },
    { "Mail.FromName",            KEY_TEXT, 0, 100 },
    { "Mail.CaFile",              KEY_TEXT, 0, 300 },
    { "Mail.Seconds",             KEY_INT,  1, 600 },
    { "Sms.Url",                  KEY_TEXT, 0, 2000 },
    { "Sms.Method",               KEY_TEXT, 3, 4 },
    { "Sms.ContentType",          KEY_TEXT, 0, 100 },
    { "Sms.Headers",              KEY_TEXT, 0, 2000 },
    { "Sms.Body",                 KEY_TEXT, 0, 4000 },
    { "Sms.Sign",                 KEY_TEXT, 4, 20 },
    { "Sms.SignText",             KEY_TEXT, 0, 2000 },
    { "Sms.SignKey",              KEY_TEXT, 0, 500 },
    { "Sms.Accepted",             KEY_TEXT, 0, 200 },
    { "Sms.CaFile",               KEY_TEXT, 0, 300 },
    { "Sms.Seconds",              KEY_INT,  1, 600 },
    { "Map.StaleMinutes",         KEY_INT,  1, 24 * 60 },
    { "Map.SweepSeconds",         KEY_INT,  1, 60 },
    { "Public.FeedbackPath",      KEY_TEXT, 0, 100 },
    { "Public.RepairPath",        KEY_TEXT, 0, 100 },
    { "Map.TileUrl",              KEY_TEXT, 0, 300 },
    { "Map.TileAttribution",      KEY_TEXT, 0, 300 },
    { "Review.RegistrationDays",  KEY_INT,  1, 250 },
    { "Review.QualificationDays", KEY_INT,  1, 250 },
    { "Review.ChangeDays",        KEY_INT,  1, 250 },
    { "Review.ConnectionDays",    KEY_INT,  1, 250 },
    { "Connection.Variant",       KEY_TEXT, 1, 20 },
    { "Exchange.OperatorId",      KEY_TEXT, 9, 9 },
    { "Exchange.ClockWindow",     KEY_INT,  1, 86400 },
    { "Exchange.TokenSeconds",    KEY_INT,  60, 30 * 86400 },
    { "Exchange.RateLimit",       KEY_INT,  0, 60000000 },
    { "Exchange.KeyOverlapHours", KEY_INT,  0, 30 * 24 },
    { "Exchange.BodyLimit",       KEY_INT,  1024, 100 << 20 },
    { "Exchange.AnswerLimit",     KEY_INT,  1024, 1 << 30 },
    { "Exchange.ConnectSeconds",  KEY_INT,  1, 600 },
    { "Exchange.AnswerSeconds",   KEY_INT,  1, 600 },
    { "Exchange.PullMinutes",     KEY_INT,  0, 30 * 24 * 60 },
    { "Exchange.PullSeconds",     KEY_INT,  10, 86400 },
    { "Exchange.TrySeconds",      KEY_INT,  1, 60 },
    { "Exchange.CheckSeconds",    KEY_INT,  10, 3600 },
    { "Exchange.SilentMinutes",   KEY_INT,  5, 7 * 24 * 60 },
    { "Exchange.StateHours",      KEY_INT,  1, 7 * 24 },
    { "Exchange.StatsTolerance",  KEY_INT,  0, 100 },
    { "Exchange.QualityHour",     KEY_INT,  0, 23 },
    { "Orders.PowerTolerance",    KEY_INT,  0, 1000 },
    { "Orders.LongestHours",      KEY_INT,  1, 24 * 30 },
    { "Orders.OldestDays",        KEY_INT,  1, 36500 },
    { "Orders.FutureMinutes",     KEY_INT,  0, 24 * 60 },
    { "Charging.Enabled",         KEY_BOOL, 0, 1 },
    { "Charging.AnswerSeconds",   KEY_INT,  1, 120 },
    { "Charging.SilentSeconds",   KEY_INT,  5, 3600 },
    { "Charging.ReadySeconds",    KEY_INT,  30, 3600 },
    { "Charging.LostHours",       KEY_INT,  1, 240 },
    { "Jobs.PollMilliseconds",    KEY_INT,  50, 60000 },
    { "Jobs.LeaseSeconds",        KEY_INT,  10, 86400 },
    { "Jobs.Attempts",            KEY_INT,  1, 100 },
    { "Jobs.Workers",             KEY_INT,  1, 64 },
    { "Registration.Variant",     KEY_TEXT, 1, 20 },
    { "Registration.Link",        KEY_TEXT, 1, 20 },
    { "Registration.TriesPerAddress", KEY_INT, 1, 100000 },
    { "Registration.TriesPerTarget",  KEY_INT, 1, 1000 },
    { "Demo.Mode",                KEY_BOOL, 0, 1 },
    { "Demo.Stations",            KEY_INT,  1, 2000000 },
    { "Demo.Live",                KEY_BOOL, 0, 1 },
    { "Site.Key",                 KEY_TEXT, 1, 40 },
    { "Site.Name",                KEY_TEXT, 1, 200 },
    { "Site.ShortName",           KEY_TEXT, 1, 100 },
    { "Site.Domain",              KEY_TEXT, 0, 200 },
    { "Site.Division.Code",       KEY_TEXT, 2, 12 },
    { "Site.Division.Name",       KEY_TEXT, 1, 60 },
};
/* Trees that templates read freely: names below them are the templates' business. */
static const char *const free_trees[] = { "Site", "Menu", "Side", "Footer", "Utility", "Host", "Demo", "Hot", "Tiles", "WorkMenu", NULL };

static HDF *tree;
static char root[PATH_MAX], var[PATH_MAX];

static _Noreturn void stop(const char *what, const char *where, const char *mend)
{
    fprintf(stderr, "configuration: %s: %s. %s\n", where, what, mend);
    exit(2);
}

const char *path_root(void) { return root; }
const char *path_var(void)  { return var; }

static const char *path_join(const char *folder, const char *name)
{
    static char ring[8][PATH_MAX + 256];
    static unsigned turn;
    char *out = ring[turn++ % 8];
    snprintf(out, sizeof ring[0], "%s/%s", folder, name);
    return out;
}

const char *path_in_var(const char *name)  { return path_join(var, name); }
const char *path_in_root(const char *name) { return path_join(root, name); }

static void read_layer(const char *path, bool must)
{
    if (access(path, R_OK) != 0) {
        if (must)
            stop("cannot be read", path, "Check the path, or the SITE and CHARGEHALL_ROOT settings");
        if (errno != ENOENT)
            stop(strerror(errno), path, "Run as the user it belongs to");
        return;
    }
    NEOERR *error = hdf_read_file(tree, path);
    if (error) {
        STRING text;
        string_init(&text);
        nerr_error_string(error, &text);
        stop(text.buf ? text.buf : "is not HDF", path, "Mend the line it names");
    }
}

/* build/<program> lies two levels below the root; an installed one says CHARGEHALL_ROOT. */
static void find_paths(const char *program_path)
{
    const char *from = getenv("CHARGEHALL_ROOT");
    char program[PATH_MAX], guess[PATH_MAX + 8];
    if (from && *from) {
        snprintf(guess, sizeof guess, "%s", from);
    } else {
        ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
        snprintf(program + (n > 0 ? n : 0), n > 0 ? 1 : sizeof program, "%s", n > 0 ? "" : program_path);
        snprintf(guess, sizeof guess, "%s/..", dirname(program));
        for (int up = 0; up < 3; up++) {             /* build/x, build-asan/tests/unit/x … */
            char probe[PATH_MAX + 32];
            snprintf(probe, sizeof probe, "%s/conf/portal.hdf", guess);
            if (access(probe, R_OK) == 0)
                break;
            if (strlen(guess) + 4 < sizeof guess)
                strcat(guess, "/..");
        }
    }
    char probe[PATH_MAX + 32];
    snprintf(probe, sizeof probe, "%s/conf/portal.hdf", guess);
    if (access(probe, R_OK) != 0)
        snprintf(guess, sizeof guess, ".");
    if (!realpath(guess, root))
        stop("no such folder", guess, "Set CHARGEHALL_ROOT to the folder that holds conf/ and templates/");
    const char *state = getenv("VAR");
    if (!state || !*state)
        snprintf(var, sizeof var, "%.4000s/var", root);
    else if (*state == '/')
        snprintf(var, sizeof var, "%s", state);
    else if (!realpath(state, var))
        snprintf(var, sizeof var, "%.2000s/%.2000s", root, state);
}

static const struct key *declared(const char *name)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    return NULL;
}

/* A misspelt key would silently keep its default: refuse it. */
static void check_unknown(HDF *node, const char *prefix)
{
    for (; node; node = hdf_obj_next(node)) {
        char name[300];
        snprintf(name, sizeof name, "%s%s%s", prefix, *prefix ? "." : "", hdf_obj_name(node));
        bool is_free = false;
        for (const char *const *f = free_trees; *f && !*prefix; f++)
            is_free = is_free || strcmp(*f, name) == 0;
        if (is_free)
            continue;
        if (hdf_obj_child(node))
            check_unknown(hdf_obj_child(node), name);
        else if (!declared(name))
            stop("unknown key", name, "Compare with conf/portal.hdf");
    }
}

static bool takes(const struct key *key, const char *text)
{
    int64_t number;
    return key->type == KEY_TEXT ? (int64_t)strlen(text) >= key->low && (int64_t)strlen(text) <= key->high
                                 : text_to_int(text, key->low, key->high, &number);
}

static void check_key(const struct key *key)
{
    const char *text = hdf_get_value(tree, key->name, NULL);
    if (!text)
        stop("missing key", key->name, "Give it a value in conf/portal.hdf or the site's file");
    if (takes(key, text))
        return;
    if (key->type == KEY_TEXT) {
        stop("too short or too long", key->name, "See its limits in lib/core/config.c");
    } else {
        char mend[120];
        snprintf(mend, sizeof mend, "It takes a whole number from %lld to %lld", (long long)key->low,
                 (long long)key->high);
        stop("wrong value", key->name, mend);
    }
}

/* HDF has no comments behind a value: "5   # five" would be the text itself. Cut them, as portal.hdf uses them. */
static void strip_comments(HDF *node)
{
    for (; node; node = hdf_obj_next(node)) {
        char *value = hdf_obj_value(node), *mark = value ? strstr(value, " #") : NULL;
        if (value && *value == '#')
            mark = value;
        if (mark) {
            char *copy = strndup(value, (size_t)(mark - value));
            size_t n = strlen(copy);
            while (n && (copy[n - 1] == ' ' || copy[n - 1] == '\t'))
                copy[--n] = '\0';
            NEOERR *error = hdf_set_value(node, NULL, copy);
            nerr_ignore(&error);
            free(copy);
        }
        strip_comments(hdf_obj_child(node));
    }
}

void config_load(const char *program_path)
{
    if (tree)
        return;
    find_paths(program_path);
    if (hdf_init(&tree))
        abort();
    read_layer(path_in_root("conf/portal.hdf"), true);
    HDF *instance;
    char site[60] = "zhuhai";
    if (hdf_init(&instance))
        abort();
    const char *named = getenv("SITE");
    if (named && *named) {
        snprintf(site, sizeof site, "%s", named);
    } else if (access(path_in_var("instance.hdf"), R_OK) == 0) {
        NEOERR *error = hdf_read_file(instance, path_in_var("instance.hdf"));
        nerr_ignore(&error);
        snprintf(site, sizeof site, "%s", hdf_get_value(instance, "Site.Key", "zhuhai"));
    }
    hdf_destroy(&instance);
    if (strspn(site, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(site))
        stop("not a site's name", site, "Use the name of a file in conf/sites/ without .hdf");
    char file[100];
    snprintf(file, sizeof file, "conf/sites/%s.hdf", site);
    read_layer(path_in_root(file), true);
    read_layer(path_in_var("instance.hdf"), false);
    NEOERR *error = hdf_set_value(tree, "Site.Key", site);
    nerr_ignore(&error);
    strip_comments(hdf_obj_child(tree));
    check_unknown(hdf_obj_child(tree), "");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        check_key(&keys[i]);
    const char *suite = config_text("Crypto.Suite");
    if (strcmp(suite, "intl") != 0 && strcmp(suite, "sm") != 0)
        stop("wrong value", "Crypto.Suite", "It takes intl or sm");
}

HDF *config_tree(void) { return tree; }

const char *config_text(const char *key)
{
    return hdf_get_value(tree, key, "");
}

int64_t config_int(const char *key)
{
    return strtoll(config_text(key), NULL, 10);
}

bool config_bool(const char *key)
{
    return config_int(key) != 0;
}

HDF *config_node(const char *key)
{
    return hdf_get_obj(tree, key);
}

/* --- the overlay ------------------------------------------------------------------------------------------------ */

/* A key that was ever set over: what the files said. */
static struct layer {
    const char   *key, *base;
    struct layer *next;
} *layers;

static struct layer *layer_of(const char *key)
{
    for (struct layer *layer = layers; layer; layer = layer->next)
        if (strcmp(layer->key, key) == 0)
            return layer;
    return NULL;
}

const char *config_base(const char *key)
{
    const struct layer *layer = layer_of(key);
    return layer ? layer->base : config_text(key);
}

bool config_takes(const char *key, const char *value)
{
    const struct key *known = declared(key);
    return known && takes(known, value);
}

/* The node is pointed at another text; hdf_set_value() would free the one that somebody may still hold. */
bool config_overlay(const char *key, const char *value)
{
    const struct key *known = declared(key);
    HDF *node = known ? hdf_get_obj(tree, key) : NULL;
    if (!node || (value && !takes(known, value)))
        return false;
    struct layer *layer = layer_of(known->name);
    if (!layer) {
        if (!value)
            return true;
        layer = malloc(sizeof *layer);
        if (!layer)
            abort();
        *layer = (struct layer){ known->name, config_text(key), layers };
        layers = layer;
    }
    node->alloc_value = 0;
    node->value = (char *)(value ? text_kept(value) : layer->base);
    return true;
}

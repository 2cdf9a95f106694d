/* simulator: an operator's charging platform, the executable companion of the protocol (T/CEC 102). It answers what the
 * portal asks and tells what an operator has to tell; README.md beside this file is for operators' engineers. */
#include <curl/curl.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "exchange/envelope.h"
#include "misbehave.h"
#include "serve.h"
#include "world.h"

enum { TICK_MICRO = 500000, TICK_FAST_MICRO = 100000 };

static volatile sig_atomic_t ended;

static void on_signal(int number)
{
    (void)number;
    ended = 1;
}

void say(const struct world *world, const char *format, ...)
{
    char text[600];
    va_list args;
    if (world->options->quiet)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    printf("%s\n", text);
    fflush(stdout);
}

/* --- options -------------------------------------------------------------------------------------------------------- */

enum kind { TEXT, NUMBER, FLAG };

static struct options options = { .spelling = "Sevice", .operator_name = "模拟充电运营有限公司", .listen_address = "127.0.0.1",
    .operator_id = "91440400X", .gov_id = "11440400A", .stations = 20, .seed = 1, .speed = 1, .snapshot_seconds = 300, .asked_seconds = 10,
    .retell_seconds = 900, .start_delay = 2, .page_size = 50 };

/* One row an option: --help, and how it is read. */
static const struct row {
    const char *name, *argument, *help;
    enum kind   kind;
    void       *to;
    int         least, most;
} rows[] = {
    { "portal",        "URL",   "政务平台接口地址，如 http://127.0.0.1:8080/evcs/v1；不给则只应答、不推送", TEXT, &options.portal, 0, 0 },
    { "partner",       "FILE",  "接入文件（含双方密钥），格式同 portalctl partner-import", TEXT, &options.partner_file, 0, 0 },
    { "write-partner", "FILE",  "把接入文件（没有 --partner 时密钥随机生成）连同本机地址写到 FILE", TEXT, &options.write_partner, 0, 0 },
    { "operator-id",   "ID",    "没有 --partner 时，本运营商的 OperatorID（91440400X）", TEXT, &options.operator_id, 0, 0 },
    { "gov-id",        "ID",    "没有 --partner 时，政务平台的 OperatorID（11440400A）", TEXT, &options.gov_id, 0, 0 },
    { "name",          "NAME",  "运营商名称", TEXT, &options.operator_name, 0, 0 },
    { "listen",        "ADDR",  "监听的 IPv4 地址（127.0.0.1）", TEXT, &options.listen_address, 0, 0 },
    { "port",          "N",     "监听端口，0 为任选空闲端口（0）", NUMBER, &options.port, 0, 65535 },
    { "public-url",    "URL",   "写进接入文件的 base_url，不给则按监听地址", TEXT, &options.public_address, 0, 0 },
    { "stations",      "N",     "充电站数量（20）", NUMBER, &options.stations, 1, 20000 },
    { "seed",          "N",     "同一种子生成同样的充电站（1）", NUMBER, &options.seed, 0, 1000000000 },
    { "stations-file", "FILE",  "充电站取自文件：StationInfo 数组、{\"StationInfos\":[…]} 或每行一个", TEXT, &options.stations_file, 0, 0 },
    { "page-size",     "N",     "每页最多几座充电站（50）", NUMBER, &options.page_size, 1, 1000 },
    { "spelling",      "WORD",  "服务费字段拼写：Sevice（2016 版）或 Service", TEXT, &options.spelling, 0, 0 },
    { "begin",         "TIME",  "模拟开始时间 \"yyyy-MM-dd HH:mm:ss\"，默认现在", TEXT, &options.begin, 0, 0 },
    { "speed",         "N",     "时间加速倍数；追上现在后按实际速度走（1）", NUMBER, &options.speed, 1, 100000 },
    { "ahead",         "",      "允许模拟时间超过现在", FLAG, &options.ahead, 0, 0 },
    { "idle",          "",      "没有自来的车辆，只有平台启动的充电", FLAG, &options.idle, 0, 0 },
    { "no-push",       "",      "不推送，只应答", FLAG, &options.no_push, 0, 0 },
    { "snapshot",      "SEC",   "自来车辆的充电状态推送间隔（300）", NUMBER, &options.snapshot_seconds, 1, 86400 },
    { "asked-snapshot", "SEC",  "平台启动的充电的状态推送间隔（10）", NUMBER, &options.asked_seconds, 1, 86400 },
    { "retell",        "SEC",   "每把充电枪至少隔多久重报一次状态，0 为不重报（900）", NUMBER, &options.retell_seconds, 0, 86400 },
    { "start-delay",   "SEC",   "受理启动到真正开始的时间（2）", NUMBER, &options.start_delay, 0, 3600 },
    { "full-after",    "SEC",   "开始充电多久后充满，0 为按电量（0）", NUMBER, &options.full_after, 0, 86400 },
    { "control",       "",      "开放 /control/state、/control/misbehave、/control/push（测试用）", FLAG, &options.control, 0, 0 },
    { "quiet",         "",      "不逐条打印报文", FLAG, &options.quiet, 0, 0 },
};
enum { ROWS = sizeof rows / sizeof *rows };

static void print_help(void)
{
    puts("simulator [选项…]    模拟一个充电运营商平台（T/CEC 102）：应答政务平台的查询，并推送状态、充电过程和订单。\n\n选项：");
    for (int i = 0; i < ROWS; i++)
        printf("  --%-15s %-6s %s\n", rows[i].name, rows[i].argument, rows[i].help);
    puts("  --misbehave       PLAN   按计划出错，可重复给出：名称[@接口][*次数]\n  --help                   本说明\n\n可以要求的错误：");
    misbehave_print(stdout);
    puts("\n示例：\n  simulator --write-partner partner.json --port 9000 --portal http://127.0.0.1:8080/evcs/v1\n"
         "  simulator --partner partner.json --port 9000 --portal http://127.0.0.1:8080/evcs/v1 --misbehave wrong-signature@query_stations_info*1");
}

static bool option_take(const struct row *row, const char *value)
{
    int64_t number;
    if (row->kind == TEXT) {
        *(const char **)row->to = value;
    } else if (row->kind == FLAG) {
        *(bool *)row->to = true;
    } else if (text_to_int(value, row->least, row->most, &number)) {
        *(int *)row->to = (int)number;
    } else {
        fprintf(stderr, "simulator: --%s takes a whole number from %d to %d\n", row->name, row->least, row->most);
        return false;
    }
    return true;
}

/* -1: go on; else the exit code. */
static int options_read(int argc, char **argv)
{
    struct option list[ROWS + 3] = { { 0 } };
    int index;
    for (int i = 0; i < ROWS; i++)
        list[i] = (struct option){ rows[i].name, rows[i].kind != FLAG, NULL, i };
    list[ROWS] = (struct option){ "misbehave", 1, NULL, ROWS };
    list[ROWS + 1] = (struct option){ "help", 0, NULL, ROWS + 1 };
    while ((index = getopt_long(argc, argv, "", list, NULL)) != -1) {
        if (index == ROWS + 1) {
            print_help();
            return 0;
        }
        if (index < 0 || index > ROWS || !(index == ROWS ? misbehave_plan(optarg) : option_take(&rows[index], optarg)))
            return 2;
    }
    if (optind < argc || (strcmp(options.spelling, "Sevice") != 0 && strcmp(options.spelling, "Service") != 0)
        || !operator_id_valid(options.operator_id) || !operator_id_valid(options.gov_id)) {
        fprintf(stderr, "simulator: what is %s? --help lists the options (--spelling Sevice or Service; IDs have 9 digits or capitals)\n",
                optind < argc ? argv[optind] : "that");
        return 2;
    }
    return -1;
}

/* --- running ---------------------------------------------------------------------------------------------------------- */

static bool world_open(struct world *world)
{
    pthread_mutex_init(&world->lock, NULL);
    world->arena = arena_new();
    world->options = &options;
    world->last = &world->first;
    world->random.state = (uint64_t)options.seed;
    world->began_real = world->began = clock_now();
    if (options.begin && !time_parse(options.begin, "%Y-%m-%d %H:%M:%S", &world->began)) {
        fprintf(stderr, "simulator: --begin takes \"yyyy-MM-dd HH:mm:ss\"\n");
        return false;
    }
    world->now = world->began;
    options.no_push = options.no_push || !options.portal;
    return partner_read(world) && city_open(world);
}

static void run(struct world *world)
{
    while (!ended) {
        pthread_mutex_lock(&world->lock);
        world_tick(world);
        pthread_mutex_unlock(&world->lock);
        int sent = push_run(world);
        bool hurried = options.speed > 1 || sent > 0;
        usleep(hurried ? TICK_FAST_MICRO : TICK_MICRO);
    }
    world->stopping = true;
}

int main(int argc, char **argv)
{
    static struct world world;
    int code;
    if (argc == 2 && (strcmp(argv[1], "--routes") == 0 || strcmp(argv[1], "--check") == 0))
        return 0;                                   /* no web program, nothing configured */
    if ((code = options_read(argc, argv)) >= 0)
        return code;
    json_object_seed(0);                            /* before there are threads */
    curl_global_init(CURL_GLOBAL_DEFAULT);
    struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (!world_open(&world))
        return 1;
    world_begin(&world);
    int port = serve_open(&world);
    if (!port)
        return 1;
    const char *address = options.public_address ? options.public_address : arena_printf(world.arena, "http://%s:%d/evcs/v1", options.listen_address, port);
    if (options.write_partner && !partner_write(&world, address))
        return 1;
    printf("{\"address\":\"%s\",\"operator_id\":\"%s\",\"stations\":%zu,\"connectors\":%zu}\n", address, world.partner.operator_id,
           json_array_size(world.stations), world.connector_count);
    fflush(stdout);
    run(&world);
    serve_close();
    push_close();
    return 0;
}

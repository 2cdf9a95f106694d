/* protocol: the protocol's document (Z12.1), made of the message table: what is checked is what is written here. */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "exchange/explain.h"
#include "exchange/message.h"
#include "exchange/ret.h"
#include "interconnect.h"

enum { DEEP = 6 };

struct listing { struct work *work; HDF *node; int count; };

static const char *type_words(const struct field *f)
{
    static const char *const words[] = { [FIELD_TEXT] = "字符串", [FIELD_INT] = "整数", [FIELD_NUMBER] = "数值", [FIELD_OBJECT] = "对象",
                                         [FIELD_LIST] = "对象数组", [FIELD_TEXTS] = "字符串数组" };
    return words[f->type];
}

static const char *limits(struct work *work, const struct field *f)
{
    const char *unit = f->type == FIELD_TEXT ? " 个字符" : f->type == FIELD_LIST || f->type == FIELD_TEXTS ? " 项" : "";
    static const char *const forms[] = { [FORM_ANY] = "", [FORM_ORGANISATION] = "9 位组织机构代码", [FORM_DATE] = "yyyy-MM-dd", [FORM_DATETIME] = "yyyy-MM-dd HH:mm:ss" };
    if ((size_t)f->form < sizeof forms / sizeof *forms && f->form && forms[f->form])
        return forms[f->form];
    if (f->most <= 0)
        return "";
    if (f->least == f->most)
        return arena_printf(work->arena, "%.15g%s", f->most, unit);
    return f->least ? arena_printf(work->arena, "%.15g–%.15g%s", f->least, f->most, unit) : arena_printf(work->arena, "不超过 %.15g%s", f->most, unit);
}

static void fields_list(struct listing *l, const struct field *f, const char *before, int depth)
{
    for (; f && f->name && depth < DEEP; f++) {
        HDF *row = view_node(l->node, arena_printf(l->work->arena, "%d", l->count++));
        const char *path = arena_printf(l->work->arena, "%s%s", before, f->name);
        view_set(row, "Name", path);
        view_set(row, "Label", f->label);
        view_set(row, "Type", type_words(f));
        view_set(row, "Need", f->need == FIELD_OPTIONAL ? "可选" : "必填");
        view_set(row, "Limits", limits(l->work, f));
        view_set(row, "Values", f->values);
        if (f->fields)
            fields_list(l, f->fields, arena_printf(l->work->arena, "%s%s.", path, f->type == FIELD_LIST ? "[]" : ""), depth + 1);
    }
}

/* What a request may look like, from the table as well. */
static const char *example_of(struct request *rq, const struct field *fields)
{
    json_t *known = json_object(), *example = message_example(rq->work.arena, fields, known);
    char *text = example ? json_dumps(example, JSON_INDENT(2)) : NULL;
    const char *out = text ? arena_copy(rq->work.arena, text) : NULL;
    free(text);
    json_decref(example);
    json_decref(known);
    return out;
}

static void interface_list(struct request *rq, const struct message *m, int n)
{
    HDF *node = view_node(rq->page, arena_printf(rq->work.arena, "Interfaces.%d", n));
    struct listing request = { &rq->work, view_node(node, "Request"), 0 }, response = { &rq->work, view_node(node, "Response"), 0 };
    view_set(node, "Name", m->interface);
    view_set(node, "Label", m->label);
    view_set(node, "Direction", m->by_operator && m->by_portal ? "双方互相调用" : m->by_operator ? "运营商平台调用本平台" : "本平台调用运营商平台");
    view_set(node, "Example", example_of(rq, m->request));
    fields_list(&request, m->request, "", 0);
    fields_list(&response, m->response, "", 0);
}

void protocol_page(struct request *rq)
{
    static const struct { int ret; const char *words; } codes[] = {
        { RET_OK, "成功" }, { RET_BUSY, "系统繁忙，请稍后重发" }, { RET_SIGNATURE, "签名错误" }, { RET_TOKEN, "令牌错误或已过期" },
        { RET_PARAMETERS, "请求参数错误：公共参数缺失、格式不符、时间超出范围或重复请求" }, { RET_BUSINESS, "业务参数错误：Data 不能解密，或业务字段缺失、不合规" },
        { RET_SYSTEM, "系统错误" } };
    int n = 0;
    view_set(rq->page, "Title", "互联互通通信协议");
    view_set(rq->page, "Address", arena_printf(rq->work.arena, "%s/evcs/v1", public_address(rq)));
    for (const struct message *m = messages(); m->interface; m++)
        interface_list(rq, m, n++);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        HDF *row = view_node(rq->page, arena_printf(rq->work.arena, "Codes.%zu", i));
        view_setf(row, "Code", "%d", codes[i].ret);
        view_set(row, "Words", codes[i].words);
    }
    if (!form_int(rq, "download"))
        page(rq, "interconnect/protocol.cst");
    header_add(rq, "Content-Disposition", "attachment; filename=\"interconnect-protocol.html\"");
    page(rq, "interconnect/protocol-file.cst");
}

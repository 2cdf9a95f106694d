#!/bin/bash
# nginx.sh: renders conf/nginx.conf.in to VAR/nginx/nginx.conf. Which program answers a path is read from the
# programs themselves (`build/<program> --routes`: method, path, capability, form, body limit), by the path's first segment;
# the portal program answers the rest.
. "$(dirname "$0")/lib.sh"

# conf/portal.hdf, Limits, as the programs see it
setting() { "$BUILD/portalctl" config "$1" || die "portalctl config $1 failed" "Mend what it names in conf/portal.hdf"; }

# PROGRAM <tab> SEGMENT, one line a pair
segments()
{
    local program
    for program in "$@"; do
        [ "$program" != portal ] || continue
        "$BUILD/$program" --routes | awk -F'\t' -v program="$program" '
            { split($2, part, "/"); if (!(part[2] in seen)) { seen[part[2]] = 1; print program "\t" part[2] } }'
    done
}

upstreams()
{
    local program
    for program in "$@"; do
        printf '    upstream %s { server unix:%s/run/%s.sock max_fails=0; server unix:%s/run/%s.sock max_fails=0; }\n' \
            "$program" "$VAR" "$program" "$VAR" "$program"
    done
}

# A platform calling /evcs/ or /api/ reads JSON, in errors too (T/CEC 102: Ret -1 busy, 4003 malformed).
machine_lines()
{
    cat <<'LINES'
            error_page 400 413 429 @machine;
            error_page 502 503 504 =503 @machine;
            client_max_body_size 2m;
LINES
}

machine_location()
{
    cat <<'LINES'
        location @machine {
            internal;
            default_type application/json;
            add_header Retry-After 30 always;
            add_header Cache-Control no-store always;
            add_header X-Content-Type-Options nosniff always;
            if ($status = 413) { return 413 '{"Ret":4003,"Msg":"报文过大","Data":"","Sig":""}'; }
            if ($status = 429) { return 429 '{"Ret":-1,"Msg":"请求过于频繁，请稍后重试","Data":"","Sig":""}'; }
            if ($status = 400) { return 400 '{"Ret":4003,"Msg":"请求无法解析","Data":"","Sig":""}'; }
            return 503 '{"Ret":-1,"Msg":"系统繁忙，请稍后重试","Data":"","Sig":""}';
        }
LINES
}

# PROGRAM <tab> PATH <tab> BYTES of routes that take more than the server lets through for all (12m in nginx.conf.in)
large_routes()
{
    local program
    for program in "$@"; do
        "$BUILD/$program" --routes | awk -F'\t' -v program="$program" '$5 > 12582912 { print program "\t" $2 "\t" $5 }'
    done
}

large_locations()
{
    local program path bytes
    while IFS=$'\t' read -r program path bytes; do
        [ -n "$program" ] || continue
        case $path in *'{'*) die "$program: $path takes $bytes bytes, and has places to fill" "Give a route with a large body a path of its own" ;; esac
        printf '        location = %s {\n            client_max_body_size %s;\n            limit_req zone=post burst=%s nodelay;\n            fastcgi_pass %s;\n        }\n' "$path" "$bytes" "$POST_BURST" "$program"
    done <<<"$1"
}

locations()
{
    local program segment extra
    while IFS=$'\t' read -r program segment; do
        [ -n "$program" ] || continue
        case $segment in
        '' | *[!a-z0-9._-]*) die "$program has a route whose first segment cannot be a place in nginx: /$segment" "Give its pages a common first segment, as /$program/…" ;;
        esac
        extra=
        case $segment in
        evcs | api) extra=$(machine_lines)$'\n' ;;
        account)
            extra="            limit_req zone=guess burst=$GUESS_BURST nodelay;"$'\n'"            limit_req zone=post burst=$POST_BURST nodelay;"$'\n'
            ;;
        esac
        printf '        location = /%s {\n%s            fastcgi_pass %s;\n        }\n' "$segment" "$extra" "$program"
        printf '        location ^~ /%s/ {\n%s            fastcgi_pass %s;\n        }\n' "$segment" "$extra" "$program"
    done <<<"$1"
    large_locations "$2"
    machine_location
}

main()
{
    local pairs doubles blocks files connections user_line='' local_line=''
    pairs=$(segments "$@")
    doubles=$(printf '%s\n' "$pairs" | cut -f2 | sort | uniq -d | tr '\n' ' ')
    [ -z "$doubles" ] || die "two programs answer under the same first segment: $doubles" "Compare what each build/PROGRAM --routes prints"
    files=$(ulimit -Hn)
    if [ "$files" = unlimited ] || [ "$files" -gt 16384 ]; then files=16384; fi
    connections=$((files / 2))
    if [ "${NGINX_USER:-}" = root ]; then user_line='user root root;'; fi
    if [ -f "$ROOT/conf/nginx.local.conf" ]; then local_line="    include $ROOT/conf/nginx.local.conf;"; fi
    mkdir -p "$VAR/nginx"
    GUESS_BURST=$(setting Limits.GuessBurst)
    POST_BURST=$(setting Limits.PostBurst)
    export GUESS_RATE POST_RATE
    GUESS_RATE=$(setting Limits.GuessesPerMinute)
    POST_RATE=$(setting Limits.PostsPerSecond)
    blocks=$(locations "$pairs" "$(large_routes "$@")")
    UPSTREAMS=$(upstreams "$@") LOCATIONS=$blocks USER_LINE=$user_line LOCAL=$local_line FILES=$files \
        CONNECTIONS=$connections CONNECTIONS_PER_ADDRESS=${CONNECTIONS_PER_ADDRESS:-256} template_fill "$ROOT/conf/nginx.conf.in" >"$VAR/nginx/nginx.conf.new"
    mv "$VAR/nginx/nginx.conf.new" "$VAR/nginx/nginx.conf"
}

main "$@"

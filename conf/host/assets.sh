#!/bin/bash
# assets.sh run|test: brings the npm packages named in htdocs/ (and for test in tests/) as their lock files say, and
# copies what browsers get into htdocs/vendor/. Does nothing when that is done already.
. "$(dirname "$0")/lib.sh"

VENDOR=$ROOT/htdocs/vendor
MODULES=$ROOT/htdocs/node_modules

modules_bring()
{
    local folder=$1 log=$BUILD/log/npm-$1.log stamp=$ROOT/$1/node_modules/.brought
    if cmp -s "$ROOT/$folder/package-lock.json" "$stamp"; then return 0; fi
    step "npm: packages of $folder/" "$log" env PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 PUPPETEER_SKIP_DOWNLOAD=1 \
        npm ci --prefix "$ROOT/$folder" --ignore-scripts --no-audit --no-fund ||
        die "npm 包下载失败。npm could not bring the packages of $folder/" \
            "Is the npm registry reachable from here (npm ping)? Then run the same command again" "$log"
    cp "$ROOT/$folder/package-lock.json" "$stamp"
}

# The libraries' style sheets name their pictures under /assets/; ours are under /vendor/assets/. Their type (GDS Transport,
# licensed to GOV.UK alone) is not brought: pages are set in Chinese type.
style_copy() { sed 's#@font-face *{[^}]*}##g; s#url(\(["'"'"']\{0,1\}\)/assets/#url(\1/vendor/assets/#g; s#/\*\# sourceMappingURL=[^*]*\*/##' "$1" >"$2"; }
script_copy() { sed 's#^//\# sourceMappingURL=.*##' "$1" >"$2"; }

vendor_fill()
{
    local new=$VENDOR.new govuk=$MODULES/govuk-frontend/dist/govuk moj=$MODULES/@ministryofjustice/frontend/moj
    rm -rf "$new"
    mkdir -p "$new/assets" "$new/images"
    style_copy "$govuk/govuk-frontend.min.css" "$new/govuk-frontend.min.css"
    style_copy "$moj/moj-frontend.min.css" "$new/moj-frontend.min.css"
    script_copy "$govuk/govuk-frontend.min.js" "$new/govuk-frontend.min.js"
    script_copy "$moj/moj-frontend.min.js" "$new/moj-frontend.min.js"
    script_copy "$MODULES/htmx.org/dist/htmx.min.js" "$new/htmx.min.js"
    cp -r "$govuk/assets/images" "$new/assets/"
    cp -r "$moj/assets/images" "$new/assets/"
    style_copy "$MODULES/leaflet/dist/leaflet.css" "$new/leaflet.css"
    script_copy "$MODULES/leaflet/dist/leaflet.js" "$new/leaflet.js"
    cp "$MODULES"/leaflet/dist/images/* "$new/images/"
    if [ -f "$ROOT/conf/build/basemap.mjs" ]; then
        node "$ROOT/conf/build/basemap.mjs" --modules "$MODULES" --out "$new/basemap"
    fi
    find "$new" -type f -size +1k \( -name '*.css' -o -name '*.js' -o -name '*.json' -o -name '*.svg' \) -exec gzip -9 -n -k {} +
    chmod -R a+rX "$new"
    vendor_inputs >"$new/.made-from"
    rm -rf "$VENDOR"
    mv "$new" "$VENDOR"
}

vendor_inputs()
{
    (cd "$ROOT" && sha256sum htdocs/package-lock.json conf/host/assets.sh conf/build/*.mjs)
}

# table_make SCRIPT FILE WHAT: what portalctl load-base loads, made from npm packages by conf/build/SCRIPT.mjs
table_make()
{
    local script=$ROOT/conf/build/$1.mjs out=$BUILD/$2
    if [ ! "$script" -nt "$out" ] && [ ! "$MODULES/.brought" -nt "$out" ]; then return 0; fi
    step "assets: $3" "$BUILD/log/$1.log" node "$script" --modules "$MODULES" --out "$out" ||
        die "the $3 could not be made" "Remove htdocs/node_modules and run the same command again" "$BUILD/log/$1.log"
}

main()
{
    mkdir -p "$BUILD/log"
    exec 8>"$ROOT/htdocs/.assets.lock"
    flock 8
    modules_bring htdocs
    if [ "$1" = test ]; then modules_bring tests; fi
    if [ "$(vendor_inputs)" != "$(cat "$VENDOR/.made-from" 2>/dev/null)" ]; then
        step "assets: htdocs/vendor" "$BUILD/log/assets.log" bash "$0" fill ||
            die "assets could not be prepared" "Remove htdocs/node_modules and run the same command again" "$BUILD/log/assets.log"
    fi
    table_make divisions divisions.tsv "table of divisions"
    table_make calendar calendar.tsv "calendar of working days"
    table_make passwords passwords.txt "list of common passwords"
}

trap 'step_abort' EXIT
trap 'exit 130' INT TERM HUP
case ${1:-} in
run | test) main "$1" ;;
fill) vendor_fill ;;
*) die "usage: assets.sh run|test" ;;
esac

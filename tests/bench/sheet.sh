#!/bin/bash
# Workbooks, the engine alone (sheet.mjs: through the portal): 50,000 rows of 25 columns read, and read and checked through
# a form, beside xlsx2csv reading the same file; 500,000 rows of 10 columns written. Bars (issue 4): 60 s and 256 MiB; 64 MiB.
. "$(dirname "$0")/../../conf/host/lib.sh"
bench=${BUILD:-build}/tests/bench/sheet_bench
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$bench" make "$folder/in.xlsx" 50000
read -r _ rows seconds memory < <("$bench" read "$folder/in.xlsx")
echo "read      $rows rows: $seconds s, $memory MiB"
read -r _ rows checked memory < <("$bench" check "$folder/in.xlsx")
echo "check     $rows rows through a form: $checked s, $memory MiB (bar 60 s, 256 MiB, with storing)"
from=$(date +%s.%N)
/usr/bin/xlsx2csv "$folder/in.xlsx" "$folder/out.csv"
awk -v a="$from" -v b="$(date +%s.%N)" -v r="$seconds" -v c="$checked" \
    'BEGIN { y = b - a; printf "xlsx2csv  the same file: %.2f s; we read it %.1f times as fast, read and check %.1f times\n", y, y / r, y / c }'
read -r _ rows seconds memory < <("$bench" write "$folder/out.xlsx" 500000 10)
echo "write     $rows rows: $seconds s, $memory MiB (bar 64 MiB)"

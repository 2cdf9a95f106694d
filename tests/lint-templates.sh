#!/bin/bash
# lint-templates.sh: the holes of the template engine's escaping, closed by refusing what opens them. Every rule is a
# Perl expression over a whole file; a match is a mistake.
cd "$(dirname "$0")/.." || exit 2
bad=0

# rule WHAT EXPRESSION
rule()
{
    local file found
    while IFS= read -r file; do
        found=$(grep -zoP "$2" "$file" | tr '\0\n' '| ' | cut -c1-160)
        if [ -n "$found" ]; then
            echo "$file: $1: $found"
            bad=1
        fi
    done < <(find templates -name '*.cst' | sort)
}

rule "forbidden command" '<\?cs\s+(uvar|lvar|evar|linclude|name|alt)\b'
rule "forbidden escape mode" 'escape:\s*"none"'
rule "include must be include!\"folder/name.cst\"" '<\?cs\s+include(?!!"[a-z0-9_-]+(/[a-z0-9_-]+)*\.cst"\s*\?>)'
rule "escaping function inside an expression" '<\?cs(?!\s+var:\s*(url_escape|url_validate|js_escape)\([\w.]+\)\s*\?>)[^?]*\b(html_escape|url_escape|url_validate|js_escape)\('
rule "attribute without quotes" '\s[a-zA-Z-]+=<\?cs'
rule "inline style" '<[a-z][^>]*\sstyle='
rule "inline script or handler" '<script(?![^>]*\ssrc=)|<[a-z][^<>?]*\son[a-z]+='
exit $bad

# shellcheck shell=bash
# The state of an instance: its folders, secrets and the private MariaDB. Sourced by start.sh.
# Passwords travel through standard input and files of mode 0640 and less, never through arguments.

own() { [ "$(id -u)" != 0 ] || chown -R "$RUN_USER:" "$@"; }

random_hex() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }

# instance_value KEY: from VAR/instance.hdf, as written by instance_write
instance_value() { sed -n "s/^$1 = //p" "$VAR/instance.hdf" 2>/dev/null | tail -n 1; }

instance_write()
{
    local site=${SITE:-zhuhai}
    [ -f "$ROOT/conf/sites/$site.hdf" ] ||
        die "there is no site \"$site\"" "Choose one: $(cd "$ROOT/conf/sites" && echo *.hdf | sed 's/\.hdf//g')"
    (
        umask 027
        cat >"$VAR/instance.hdf.new" <<HDF
# Written at the first start; lies over conf/portal.hdf and conf/sites/$site.hdf. Holds passwords: keep it private.
Site.Key = $site
Database.Password = $(random_hex 20)
Database.OwnerPassword = $(random_hex 20)
Demo.Mode = ${DEMO:-1}
HDF
    )
    mv "$VAR/instance.hdf.new" "$VAR/instance.hdf"
}

instance_prepare()
{
    local folder
    if [ "$(id -u)" != 0 ] && [ ! -O "$VAR" ]; then
        die "$VAR belongs to user $(stat -c %U "$VAR")" "Run as that user (or with sudo), or choose another: make run VAR=\$HOME/chargehall"
    fi
    chmod 0750 "$VAR"
    for folder in run log tmp files outbox nginx; do mkdir -p "$VAR/$folder"; done
    rm -rf "$VAR"/tmp/*
    if [ ! -f "$VAR/instance.hdf" ]; then
        say "first start: writing $VAR/instance.hdf and secret.key"
        instance_write
    fi
    local site
    site=$(instance_value Site.Key)
    if [ -n "${SITE:-}" ] && [ "$SITE" != "$site" ]; then
        die "$VAR 中是站点 $site 的数据。The data in $VAR are those of the site $site, not $SITE" "make run SITE=$SITE VAR=var-$SITE"
    fi
    if [ ! -s "$VAR/secret.key" ]; then
        if [ -d "$VAR/db" ]; then
            die "$VAR/secret.key is missing: stored keys cannot be opened without it" "Put it back from the backup; a new one would make them unreadable"
        fi
        (umask 077; random_hex 32 >"$VAR/secret.key.new")
        mv "$VAR/secret.key.new" "$VAR/secret.key"
    fi
    if [ "$(id -u)" = 0 ]; then
        find "$VAR" ! -user "$RUN_USER" -exec chown -h "$RUN_USER:" {} +
    fi
}

# --- MariaDB (which runs as root only when told so) ------------------------------------------------------------------------------------------------
SQL() { mariadb --no-defaults -S "$VAR/db.sock" --connect-timeout=5 "$@" 9>&-; }

database_make()
{
    rm -rf "$VAR/db.new"
    step "database: first start, making its files" "$VAR/log/db-install.log" "${AS[@]}" mariadb-install-db --no-defaults "${AS_ROOT[@]}" \
        --datadir="$VAR/db.new" --auth-root-authentication-method=socket --auth-root-socket-user="$(id -un)" \
        --skip-test-db ||
        die "the database could not be made" "Is the disk full? Then run the same command again" "$VAR/log/db-install.log"
    mv "$VAR/db.new" "$VAR/db"
}

database_launch()
{
    DB_MEMORY=${DB_MEMORY:-256M} template_fill "$ROOT/conf/host/mariadb.cnf.in" >"$VAR/mariadb.cnf"
    chmod 0644 "$VAR/mariadb.cnf"
    rm -f "$VAR/db.sock"
    part_launch mariadb mariadbd --defaults-file="$VAR/mariadb.cnf" "${AS_ROOT[@]}"
}

database_start()
{
    AS_ROOT=()
    if [ "$RUN_USER" = root ]; then AS_ROOT=(--user=root); fi
    [ -d "$VAR/db/mysql" ] || database_make
    say "database: starting"
    database_launch
    local began=$SECONDS told=$SECONDS
    until SQL -e 'SELECT 1' >/dev/null 2>"$VAR/log/db-wait.log"; do
        part_runs mariadb || die "数据库启动失败。MariaDB ended while starting" "See its log" "$VAR/log/mariadb.log"
        [ $((SECONDS - began)) -lt 300 ] || die "MariaDB does not answer after 300 s: $(tail -n 1 "$VAR/log/db-wait.log")" "See its log" "$VAR/log/mariadb.log"
        if [ $((SECONDS - told)) -ge 10 ]; then told=$SECONDS; say "  … waiting for MariaDB: $(tail -n 1 "$VAR/log/mariadb.log" | cut -c1-100)"; fi
        sleep 0.1
    done
    database_accounts
}

# Two accounts: the programs change data only; the owner changes the schema and is used by portalctl alone.
database_accounts()
{
    SQL >"$VAR/log/db-accounts.log" 2>&1 <<EOF || die "the database accounts could not be set up" "See the log" "$VAR/log/db-accounts.log"
CREATE DATABASE IF NOT EXISTS chargehall CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
CREATE USER IF NOT EXISTS chargehall@localhost;
ALTER USER chargehall@localhost IDENTIFIED BY '$(instance_value Database.Password)';
GRANT SELECT, INSERT ON chargehall.* TO chargehall@localhost;
REVOKE UPDATE, DELETE ON chargehall.* FROM chargehall@localhost;
CREATE USER IF NOT EXISTS chargehall_owner@localhost;
ALTER USER chargehall_owner@localhost IDENTIFIED BY '$(instance_value Database.OwnerPassword)';
GRANT ALL ON chargehall.* TO chargehall_owner@localhost;
EOF
}

# Changing and deleting is granted table by table, after the schema is in place: never on the trail and what else only grows.
database_grants()
{
    {
        SQL -N chargehall -e "SELECT CONCAT('GRANT UPDATE, DELETE ON chargehall.\`', table_name, '\` TO chargehall@localhost;')
            FROM information_schema.tables WHERE table_schema = 'chargehall' AND table_type = 'BASE TABLE'
            AND table_name NOT IN ('trail', 'trail_block', 'trail_seal', 'trail_check', 'flow_step', 'setting_change')" | SQL
    } >"$VAR/log/db-grants.log" 2>&1 || die "the rights of the database account could not be set" "See the log" "$VAR/log/db-grants.log"
}

# One command of portalctl as a step; its own words say what is wrong.
control()
{
    local label=$1 log=$VAR/log/portalctl-$2.log environment
    shift
    mapfile -t environment < <(serve_env)
    step "$label" "$log" env -i "${environment[@]}" "DIVISIONS=$BUILD/divisions.tsv" "CALENDAR=$BUILD/calendar.tsv" "PASSWORDS=$BUILD/passwords.txt" "${AS[@]}" "$BUILD/portalctl" "$@" ||
        die "portalctl $* failed" "Mend what it names, then start again; nothing that was there is lost" "$log"
}

database_fill()
{
    [ -x "$BUILD/portalctl" ] || die "$BUILD/portalctl is missing" "Build it: make"
    control "database: schema" migrate
    database_grants
    control "database: divisions, calendar, columns, pages" load-base
    if [ ! -e "$VAR/demo.done" ] && [ "$(instance_value Demo.Mode)" != 0 ]; then
        control "database: demonstration city" demo
        date >"$VAR/demo.done"
    fi
}

# Chargehall: the front door. `make run` and `make test` do all the set-up; README.md says the rest.
BUILD ?= build
CC    ?= gcc
PKGS  := jansson libsodium libcrypto libcurl libqrencode gdlib libcmark liboath libzip expat xlsxwriter pangocairo
# asked once a run; empty on a bare machine, where only the front door's own targets can work
PKG_CFLAGS  := $(shell pkg-config --cflags $(PKGS) 2>/dev/null) $(shell mariadb_config --cflags 2>/dev/null)
PKG_LIBS    := $(shell mariadb_config --libs 2>/dev/null) $(shell pkg-config --libs $(PKGS) 2>/dev/null)
CFLAGS_ALL = -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Wformat -Wformat-security -Wno-missing-field-initializers \
  -Werror=format-security -Werror=implicit-function-declaration -D_FORTIFY_SOURCE=2 -fstack-protector-strong \
  -fstack-clash-protection -fPIE -ffunction-sections -fdata-sections -MMD -MP -Ilib -isystem /usr/include/ClearSilver \
  $(PKG_CFLAGS) $(CFLAGS)
LDFLAGS_ALL = -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed -Wl,--gc-sections $(LDFLAGS)
LIBS = -lneo_cgi -lneo_cs -lneo_utl -lfcgi $(PKG_LIBS) -lz -lm -lpthread

PROGRAMS := $(patsubst cgi-bin/%/main.c,%,$(wildcard cgi-bin/*/main.c))
LIB_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard lib/*/*.c))

programs: $(PROGRAMS:%=$(BUILD)/%)
all: programs

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -c $< -o $@

$(BUILD)/libchargehall.a: $(LIB_OBJECTS)
	@rm -f $@ && ar rcsP $@ $^

# pictures of the flows, for the staff page; without graphviz the page shows tables alone
programs: $(BUILD)/flows/.drawn
$(BUILD)/flows/.drawn: $(BUILD)/portalctl $(wildcard schema/flows/*.hdf)
	@rm -rf $(@D) && mkdir -p $(@D)
	CHARGEHALL_ROOT=$(CURDIR) $(BUILD)/portalctl draw-flows $(@D)
	@if command -v dot >/dev/null; then for f in $(@D)/*.dot; do dot -Tsvg -o "$${f%.dot}.svg" "$$f" || exit 1; done; fi
	@touch $@

define program_rule
$(BUILD)/$(1): $(patsubst %.c,$(BUILD)/%.o,$(wildcard cgi-bin/$(1)/*.c)) $(BUILD)/libchargehall.a
	$(CC) $$(CFLAGS_ALL) $$(LDFLAGS_ALL) -o $$@ $$^ $$(LIBS)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program_rule,$(p))))
$(BUILD)/simulator: LIBS += -lmicrohttpd

# the conformance kit for operators: the simulator, its README and its sources; served by /interconnect/kit
KIT_SOURCES := $(wildcard cgi-bin/simulator/*.[ch] lib/core/*.h lib/exchange/*.h lib/exchange/message*.c) \
  $(addprefix lib/core/,arena.c text.c clock.c random.c) $(addprefix lib/exchange/,client.c envelope.c seal.c status_shapes.c edition.c)
programs: $(BUILD)/kit/operator-simulator.tar.gz
$(BUILD)/kit/operator-simulator.tar.gz: $(BUILD)/simulator cgi-bin/simulator/README.md cgi-bin/simulator/kit.mk $(KIT_SOURCES)
	@rm -rf $(@D)/operator-simulator && mkdir -p $(@D)/operator-simulator/src
	@cp --parents $(KIT_SOURCES) $(@D)/operator-simulator/src
	@cp cgi-bin/simulator/README.md $(@D)/operator-simulator/ && cp cgi-bin/simulator/kit.mk $(@D)/operator-simulator/Makefile
	@strip -o $(@D)/operator-simulator/simulator $(BUILD)/simulator
	tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -C $(@D) -czf $@ operator-simulator

# unit tests: each tests/unit/*_test.c is a cmocka program on the library; the other files there are shared by them
UNIT_TESTS  := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/*_test.c))
UNIT_SHARED := $(patsubst %.c,$(BUILD)/%.o,$(filter-out %_test.c,$(wildcard tests/unit/*.c)))
$(BUILD)/tests/unit/shared.a: $(UNIT_SHARED)
	@mkdir -p $(@D)
	@rm -f $@ && ar rcsP $@ $^
$(BUILD)/tests/unit/%_test: tests/unit/%_test.c $(BUILD)/tests/unit/shared.a $(BUILD)/libchargehall.a
	$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< $(BUILD)/tests/unit/shared.a $(BUILD)/libchargehall.a -lcmocka $(LIBS)

unit-tests: $(UNIT_TESTS)

# benches in C: each tests/bench/*.c is a program on the library and on what the unit tests share
BENCHES := $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,$(wildcard tests/bench/*.c))
$(BUILD)/tests/bench/%: tests/bench/%.c $(BUILD)/tests/unit/shared.a $(BUILD)/libchargehall.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -Itests/unit $(LDFLAGS_ALL) -o $@ $< $(BUILD)/tests/unit/shared.a $(BUILD)/libchargehall.a -lcmocka $(LIBS)

benches: $(BENCHES)

# fuzzers: each tests/fuzz/*.c is a libFuzzer target on the library (tests/fuzz/run.sh builds them with clang)
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/tests/fuzz/%,$(wildcard tests/fuzz/*.c))
$(BUILD)/tests/fuzz/%: tests/fuzz/%.c $(BUILD)/libchargehall.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -fsanitize=fuzzer $(LDFLAGS_ALL) -o $@ $< $(BUILD)/libchargehall.a $(LIBS)

fuzzers: $(FUZZERS)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# --- the front door: everything below works on a bare Debian 12 ------------------------------------------------
export BUILD VAR PORT SITE LISTEN DEMO DB_MEMORY

help:
	@echo "make run     start the portal here: installs, builds, serves; Ctrl-C stops it (SITE= PORT= VAR= LISTEN= DEMO=0)"
	@echo "make stop    stop the portal in VAR"
	@echo "make test    every test, on an instance of its own; ends with 'N passed, N failed'"
	@echo "make bench   figures beside their yardsticks, on an instance of its own"
	@echo "make shots   pictures of every page as every role, to BUILD/shots"
	@echo "make fuzz    hostile input for the parsers for a bounded time (FUZZ_SECONDS=60 each)"
	@echo "make check   warnings as errors, static analysis, template and shell lint, unit tests under sanitizers"
	@echo "make assets  npm packages, htdocs/vendor and the table of divisions"
	@echo "make         compile the programs into BUILD ($(BUILD))"
	@echo "make clean   remove BUILD and htdocs/vendor; data in VAR stay"

run:      ; @SIMULATOR=$${SIMULATOR:-1} exec conf/host/start.sh
stop:     ; @exec conf/host/stop.sh
packages: ; @exec conf/host/packages.sh test
assets:   ; @exec conf/host/assets.sh run
test:     ; @exec tests/run.sh
bench:    ; @exec tests/bench/run.sh
fuzz:     ; @exec tests/fuzz/run.sh
shots:    ; @exec conf/host/with-instance.sh node tests/shots.mjs
check:    ; @exec tests/check.sh
clean:    ; rm -rf $(BUILD) build-asan build-strict build-fuzz htdocs/vendor

.PHONY: all programs unit-tests benches fuzzers help run stop packages assets test bench fuzz shots check clean
.DEFAULT_GOAL := all

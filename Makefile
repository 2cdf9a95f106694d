# Chargehall: the front door. `make run` and `make test` do all the set-up; README.md says the rest.
BUILD ?= build
CC    ?= gcc
PKGS  := jansson libsodium libcrypto libcurl libqrencode gdlib libcmark
CFLAGS_ALL = -std=gnu11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Wformat -Wformat-security -Wno-missing-field-initializers \
  -Werror=format-security -Werror=implicit-function-declaration -D_FORTIFY_SOURCE=2 -fstack-protector-strong \
  -fstack-clash-protection -fPIE -MMD -MP -Ilib -isystem /usr/include/ClearSilver \
  $(shell pkg-config --cflags $(PKGS) 2>/dev/null) $(shell mariadb_config --cflags 2>/dev/null) $(CFLAGS)
LDFLAGS_ALL = -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed -Wl,--gc-sections $(LDFLAGS)
LIBS = -lneo_cgi -lneo_cs -lneo_utl -lfcgi $(shell mariadb_config --libs 2>/dev/null) \
  $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lz -lm -lpthread

PROGRAMS := $(notdir $(patsubst %/,%,$(wildcard cgi-bin/*/)))
LIB_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard lib/*/*.c))

all: $(PROGRAMS:%=$(BUILD)/%)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -c $< -o $@

$(BUILD)/libchargehall.a: $(LIB_OBJECTS)
	@rm -f $@ && ar rcs $@ $^

define program_rule
$(BUILD)/$(1): $(patsubst %.c,$(BUILD)/%.o,$(wildcard cgi-bin/$(1)/*.c)) $(BUILD)/libchargehall.a
	$(CC) $$(CFLAGS_ALL) $$(LDFLAGS_ALL) -o $$@ $$^ $$(LIBS)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program_rule,$(p))))

# unit tests: each tests/unit/*_test.c is a cmocka program on the library
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/*_test.c))
$(BUILD)/tests/unit/%: tests/unit/%.c $(BUILD)/libchargehall.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) -o $@ $< $(BUILD)/libchargehall.a -lcmocka $(LIBS)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
.PHONY: all
.DEFAULT_GOAL := all

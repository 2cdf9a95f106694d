# Builds the simulator from the sources in this archive; see README.md for the packages.
PKGS := jansson libcrypto libcurl libmicrohttpd
simulator: $(wildcard src/cgi-bin/simulator/*.c src/lib/*/*.c)
	$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -ffunction-sections -fdata-sections -Wl,--gc-sections -Isrc/lib \
	  -isystem /usr/include/ClearSilver $$(pkg-config --cflags $(PKGS)) -o $@ $^ $$(pkg-config --libs $(PKGS)) -lm -lpthread

#!/bin/bash
# What a log-in costs in argon2id at the configured parameters.
exec "$BUILD/tests/bench/password"

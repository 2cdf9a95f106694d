#!/bin/bash
# The list engine at 200,000 rows, in a database of its own.
exec "$BUILD/tests/bench/list_pages" 200000

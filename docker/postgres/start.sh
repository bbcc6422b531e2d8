#!/usr/bin/env bash
# A new volume belongs to root; the archive must belong to the server that writes it.
set -euo pipefail
install --directory --owner=postgres --group=postgres --mode=0700 /wal
exec docker-entrypoint.sh "$@"

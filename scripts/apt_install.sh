#!/usr/bin/env bash
# Installs Debian packages quietly, trying again when the mirror stumbles. For root.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
quiet=(-qq -o=Dpkg::Use-Pty=0 -o=Acquire::Retries=3)

for attempt in 1 2 3; do
    if apt-get "${quiet[@]}" update >/dev/null \
        && apt-get "${quiet[@]}" install --yes --no-install-recommends "$@" >/dev/null; then
        exit 0
    fi
    echo "Installing $* did not work (attempt $attempt of 3)" >&2
    sleep $((attempt * 3))
done
exit 1

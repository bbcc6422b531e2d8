#!/usr/bin/env bash
# Makes node_modules hold what package-lock.json names, by its hashes; does nothing when it already does.
# The packages are served as static files: nothing is built and no install script runs.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=$(cat package.json package-lock.json .npmrc | sha256sum | cut -d' ' -f1)
stamp=node_modules/.made-from
if [[ -f $stamp && "$(cat $stamp)" == "$wanted" ]]; then
    exit 0
fi

# Older ones do not read this lock file; such machines, and those without any, get Node from a wheel.
usable_npm() {
    local version
    version=$(npm --version 2>/dev/null) || return 1
    [[ ${version%%.*} -ge 9 ]]
}

started=$SECONDS
if ! usable_npm; then
    if [[ ! -x .venv/bin/npm ]]; then
        echo "This machine has no npm 9 or later: installing Node into .venv"
        .venv/bin/python -m pip install -qq --no-input --disable-pip-version-check \
            --require-hashes --no-deps -r requirements-node.txt
    fi
    PATH="$PWD/.venv/bin:$PATH"
fi

echo "Installing package-lock.json"
for attempt in 1 2 3; do
    if npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null; then
        echo "$wanted" >$stamp
        echo "Front-end packages are in place ($((SECONDS - started)) s)"
        exit 0
    fi
    echo "npm ci did not work (attempt $attempt of 3)" >&2
    sleep $((attempt * 2))
done
exit 1

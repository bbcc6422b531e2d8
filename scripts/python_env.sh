#!/usr/bin/env bash
# Makes .venv hold what the lock files given name, by their hashes; does nothing when it already does.
set -euo pipefail
cd "$(dirname "$0")/.."
locks=("$@")

# The stamp names the locks' content and the folder: an environment does not survive being moved.
wanted="$(cat "${locks[@]}" | sha256sum | cut -d' ' -f1) $PWD"
stamp=.venv/.made-from
if [[ -x .venv/bin/python && -f $stamp && "$(cat $stamp)" == "$wanted" ]]; then
    exit 0
fi

newest_python() {
    local name
    for name in python3.11 python3 python3.12 python3.13; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    echo "Python 3.11 or later is needed, and none was found." >&2
    return 1
}

# Debian ships venv apart from Python; without it a new environment would come without pip.
ensure_venv_module() {
    local python=$1
    "$python" -c 'import ensurepip, venv' 2>/dev/null && return
    if [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null; then
        scripts/apt_install.sh python3-venv
        "$python" -c 'import ensurepip, venv' 2>/dev/null && return
    fi
    echo "Python's venv module is missing. On Debian: apt-get install python3-venv" >&2
    return 1
}

same_folder=$(.venv/bin/python -c 'import sys; print(sys.prefix)' 2>/dev/null || true)
started=$SECONDS
if [[ $same_folder != "$PWD/.venv" ]]; then
    python=$(newest_python)
    ensure_venv_module "$python"
    echo "Making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
fi

requirements=()
for lock in "${locks[@]}"; do requirements+=(-r "$lock"); done
echo "Installing ${locks[*]}"
.venv/bin/python -m pip install -qq --no-input --disable-pip-version-check \
    --require-hashes --no-deps "${requirements[@]}"
echo "$wanted" >$stamp
echo "Python packages are in place ($((SECONDS - started)) s)"

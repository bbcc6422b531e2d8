#!/usr/bin/env bash
# All static checks. Each runs even when one before it failed, so that one look shows all.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
# Types and migrations load the settings; addresses where nobody listens keep them from starting servers.
export PORTAL_MODE=test
export DATABASE_URL=postgres://lint@127.0.0.1:1/lint AUDIT_DATABASE_URL=postgres://lint@127.0.0.1:1/lint
export REDIS_URL=redis://127.0.0.1:1/0

failed=()
run() {
    local title=$1 started=$SECONDS
    shift
    if output=$("$@" 2>&1); then
        printf '  ok    %-28s %3d s\n' "$title" $((SECONDS - started))
    else
        printf '  FAIL  %-28s %3d s\n%s\n' "$title" $((SECONDS - started)) "$output"
        return 1
    fi
}

check() {
    run "$@" || failed+=("$1")
}

# Types take as long as the others together: they are checked beside them and told at the end.
told=$(mktemp)
trap 'rm -f "$told"' EXIT
run "types" mypy >"$told" &
types=$!

check "format" ruff format --check --quiet .
check "style" ruff check --quiet .
check "import contracts" lint-imports --no-logo --no-cache
check "templates" djlint --lint --quiet .
check "shell scripts" bash -n scripts/*.sh .ci/run
check "migrations" python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
check "who may open what" python scripts/access.py --check
check "metrics told" python scripts/metrics.py --check
check "API schema" scripts/api_schema.sh --check
wait "$types" || failed+=("types")
cat "$told"

if [[ ${#failed[@]} -gt 0 ]]; then
    printf '%s failed: %s\n' "${#failed[@]}" "$(IFS=,; echo "${failed[*]}")"
    exit 1
fi

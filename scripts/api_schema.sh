#!/usr/bin/env bash
# Writes docs/openapi.yaml from the API's views; --check writes nothing and fails when it is stale.
set -euo pipefail
cd "$(dirname "$0")/.."
export PORTAL_MODE=test
export DATABASE_URL=postgres://lint@127.0.0.1:1/lint AUDIT_DATABASE_URL=postgres://lint@127.0.0.1:1/lint
export REDIS_URL=redis://127.0.0.1:1/0
schema=$(.venv/bin/python manage.py spectacular --validate --fail-on-warn)
if [[ "${1:-}" == --check ]]; then
    diff <(echo "$schema") docs/openapi.yaml || { echo "docs/openapi.yaml is stale: make access"; exit 1; }
else
    echo "$schema" > docs/openapi.yaml
fi

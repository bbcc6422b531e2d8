#!/usr/bin/env bash
# Compiles the lock files from pyproject.toml and package.json, with hashes and without any host's name.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {
    .venv/bin/uv pip compile --quiet --upgrade --generate-hashes --no-header --no-emit-index-url \
        --python-version 3.11 "$@"
}

compile pyproject.toml --output-file requirements.txt
compile pyproject.toml --extra dev --output-file requirements-dev.txt
compile requirements-node.in --output-file requirements-node.txt
npm install --package-lock-only --ignore-scripts --no-audit --no-fund --loglevel=error
.venv/bin/python -m pytest -q tests/architecture/test_locks.py

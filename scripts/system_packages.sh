#!/usr/bin/env bash
# Puts in place what the browser tests need beyond Python and npm packages: Chromium, Chinese fonts for
# its screens, curl for the commands of docs/api.md, and poppler's tools, which look at the PDF reports with eyes that are not ours.
# `make demo` needs none of them: the reports' fonts come with the npm packages.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
command -v "${CHROMIUM:-chromium}" >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
fc-list :lang=zh family 2>/dev/null | grep -q . || missing+=(fonts-noto-cjk)
command -v pdftotext >/dev/null || missing+=(poppler-utils)
command -v curl >/dev/null || missing+=(curl)
[[ ${#missing[@]} -gt 0 ]] || exit 0

if [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null; then
    echo "Installing Debian packages: ${missing[*]}"
    if scripts/apt_install.sh "${missing[@]}"; then
        exit 0
    fi
fi
cat >&2 <<MESSAGE
The browser tests need packages that this machine lacks: ${missing[*]}
Install them as root, then run the command again. On Debian and its family:
    apt-get install --no-install-recommends ${missing[*]}
MESSAGE
exit 1

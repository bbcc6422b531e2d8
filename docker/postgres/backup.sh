#!/usr/bin/env bash
# A base backup a day over the server's socket, checked as it is made; old ones and their log are dropped.
# Copy /backup and /wal to another site: a copy on this host does not survive this host.
set -euo pipefail
keep=${BACKUP_KEEP_DAYS:?}

take_one() {
    local name unfinished
    name=/backup/$(date +%Y-%m-%dT%H%M%S)
    unfinished=$name.unfinished
    rm -rf /backup/*.unfinished
    pg_basebackup --username=postgres --pgdata="$unfinished" --checkpoint=fast --wal-method=stream \
        --manifest-checksums=SHA256
    pg_verifybackup "$unfinished"
    mv "$unfinished" "$name"
    touch /status/backup
    echo "Backup $name is made and verified"
}

# Backups older than asked for go, never the last one; then the log that none of those left needs.
forget_old() {
    local oldest
    ls -1d /backup/20* | head -n -1 | while read -r backup; do
        [[ -z $(find "$backup" -maxdepth 0 -mtime "+$keep") ]] || rm -rf "$backup"
    done
    oldest=$(ls -1d /backup/20* | head -n 1)
    find /wal -type f ! -newer "$oldest/backup_label" -mtime "+$((keep + 1))" -delete
}

while true; do
    if take_one && forget_old; then sleep 24h; else sleep 10m; fi
done

#!/usr/bin/env bash
# Makes the secrets that docker-compose.yml reads from ./secrets; what is there already stays as it is.
# Keep a copy of the identity keys in a safe, apart from the backups: without them numbers cannot be read.
# The TLS certificate comes from your authority; --self-signed makes one for a trial.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 077
mkdir -p secrets

random() { python3 -c 'import secrets; print(secrets.token_urlsafe(64), end="")'; }
password() { python3 -c 'import secrets; print(secrets.token_hex(24), end="")'; }

# Files are read by the containers' own users, hence readable; the folder lets nobody else in.
keep() {
    local name=$1 value=$2
    [[ -e secrets/$name ]] && return
    printf '%s' "$value" >"secrets/$name"
    chmod 0444 "secrets/$name"
    echo "made secrets/$name"
}

for name in secret_key scope_signing_key identity_encryption_key identity_index_key audit_seal_key; do
    keep "$name" "$(random)"
done

keep postgres_password "$(password)"
keep admin_database_url "postgres://postgres:$(<secrets/postgres_password)@postgres:5432/postgres"
keep owner_database_url "postgres://portal_owner:$(password)@postgres:5432/portal"
keep database_url "postgres://portal_app:$(password)@postgres:5432/portal"
keep audit_database_url "postgres://portal_audit:$(password)@postgres:5432/portal"

if [[ ! -e secrets/redis_acl ]]; then
    redis_password=$(password)
    keep redis_url "redis://:$redis_password@redis:6379/0"
    keep cache_url "redis://:$redis_password@cache:6379/0"
    hash=$(printf '%s' "$redis_password" | sha256sum | cut -d' ' -f1)
    keep redis_acl "user default on #$hash ~* &* +@all -flushall -config -debug -shutdown -module -keys"
fi

if [[ ${1:-} == --self-signed && ! -e secrets/tls_key ]]; then
    openssl req -x509 -newkey rsa:3072 -nodes -days 90 -subj "/CN=${PORTAL_HOST:-localhost}" \
        -keyout secrets/tls_key -out secrets/tls_certificate 2>/dev/null
    chmod 0444 secrets/tls_key secrets/tls_certificate
    echo "made a self-signed certificate for 90 days"
fi
for name in tls_certificate tls_key; do
    [[ -e secrets/$name ]] || echo "still to be put there: secrets/$name"
done

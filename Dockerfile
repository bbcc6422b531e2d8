# One image for web, worker, beat and migrate: built from the lock files, runs as nobody on a read-only disk.

FROM node:22-bookworm-slim AS front-end
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund

FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY requirements.txt ./
RUN pip install --quiet --require-hashes --no-deps --requirement requirements.txt
COPY . .
COPY --from=front-end /app/node_modules node_modules
# Collecting static files loads the settings, which insist on secrets and addresses: throw-away ones do.
RUN set -eu; \
    secret() { python -c 'import secrets; print(secrets.token_urlsafe(64))'; }; \
    export PORTAL_MODE=production ALLOWED_HOSTS=build.invalid; \
    export SECRET_KEY="$(secret)" SCOPE_SIGNING_KEY="$(secret)"; \
    export IDENTITY_ENCRYPTION_KEY="$(secret)" IDENTITY_INDEX_KEY="$(secret)"; \
    export AUDIT_SEAL_KEY="$(secret)"; \
    export DATABASE_URL=postgres://build.invalid/x AUDIT_DATABASE_URL=postgres://build.invalid/x; \
    export REDIS_URL=redis://build.invalid CACHE_URL=redis://build.invalid; \
    python manage.py build_icons; \
    python manage.py collectstatic --no-input --verbosity 0; \
    # Of the front-end packages the running system needs only the fonts of its printed reports.
    find node_modules -mindepth 1 -maxdepth 1 ! -name '@expo-google-fonts' -exec rm -rf {} +

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin portal \
    && install --directory --owner=portal --group=portal --mode=0700 /files /audit-heads /metrics
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
USER portal
EXPOSE 8000
ENTRYPOINT ["/app/docker/entrypoint.sh"]
CMD ["gunicorn", "portal.wsgi:application", "--bind=0.0.0.0:8000", "--worker-class=gthread"]

"""The compose file and the image: one door, no default secret, data that survives."""

import re
from typing import Any

import pytest
import yaml
from django.urls import reverse

from tests.architecture.source import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
NGINX = (ROOT / "docker/nginx/nginx.conf").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SECRETS = ("SECRET", "KEY", "PASSWORD", "DATABASE_URL", "REDIS_URL", "CACHE_URL")


def environment(service: str) -> dict[str, str]:
    given = SERVICES[service].get("environment", {})
    if isinstance(given, list):
        return dict(str(line).split("=", 1) for line in given)
    return {key: str(value) for key, value in given.items()}


def test_all_parts_of_the_system_are_there() -> None:
    assert {"proxy", "web", "worker", "beat", "postgres", "redis", "migrate"} <= set(SERVICES)


def test_only_the_proxy_is_published() -> None:
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["proxy"]
    assert all(service.get("network_mode") != "host" for service in SERVICES.values())


def test_data_and_proxy_share_no_network() -> None:
    door = set(SERVICES["proxy"]["networks"])
    assert not door & set(SERVICES["postgres"]["networks"])
    assert not door & set(SERVICES["redis"]["networks"])


@pytest.mark.parametrize("service", SERVICES)
def test_secrets_come_from_files_and_have_no_default(service: str) -> None:
    for key, value in environment(service).items():
        if any(word in key for word in SECRETS) and not key.endswith(("_FILE", "_DAYS")):
            pytest.fail(f"{service}: {key} is given in the open")
        if key.endswith("_FILE"):
            assert value.startswith("/run/secrets/"), key
            secret = value.removeprefix("/run/secrets/")
            assert secret in COMPOSE["secrets"], secret
            assert secret in SERVICES[service]["secrets"], secret
    for secret in COMPOSE["secrets"].values():
        assert set(secret) == {"file"}


@pytest.mark.parametrize("service", ["web", "worker", "beat", "migrate"])
def test_our_processes_run_in_production_mode_and_without_rights(service: str) -> None:
    assert environment(service)["PORTAL_MODE"] == "production"
    assert SERVICES[service]["read_only"] is True
    assert SERVICES[service]["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in SERVICES[service]["security_opt"]


def test_serving_processes_never_hold_the_owner_of_the_tables() -> None:
    for service in ("web", "worker", "beat"):
        assert not [key for key in environment(service) if "OWNER" in key or "ADMIN" in key]


def test_redis_keeps_what_it_is_told() -> None:
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


@pytest.mark.parametrize("service", ["proxy", "web", "worker", "beat", "postgres", "redis"])
def test_every_lasting_part_tells_its_health_and_comes_back(service: str) -> None:
    assert SERVICES[service]["healthcheck"]["test"]
    assert SERVICES[service]["restart"] == "unless-stopped"


def test_what_must_survive_lies_in_volumes() -> None:
    assert {"postgres-data", "postgres-wal", "redis-data", "files", "backup"} <= set(
        COMPOSE["volumes"]
    )


def test_images_are_pinned() -> None:
    for name, service in SERVICES.items():
        if "image" in service and "build" not in service:
            tag = service["image"].rpartition(":")[2]
            assert tag not in {"", "latest"}, name


def test_the_image_is_built_from_the_lock_and_runs_as_nobody() -> None:
    assert "--require-hashes" in DOCKERFILE
    assert "requirements.txt" in DOCKERFILE
    assert "npm ci --ignore-scripts" in DOCKERFILE
    users = [line.split()[1] for line in DOCKERFILE.splitlines() if line.startswith("USER ")]
    assert users
    assert users[-1] not in {"root", "0"}


def test_nothing_private_is_sent_to_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".git", ".venv", ".run", ".env", "secrets", "node_modules"} <= set(ignored)


@pytest.mark.parametrize("status", ["413", "429", "502", "504"])
def test_what_the_proxy_answers_itself_is_told_in_our_words(status: str) -> None:
    """A portal that is being updated, a file that is too large, somebody too fast."""
    (address,) = re.findall(rf"error_page [\d ]*\b{status}\b[^/;]*(/-\w+);", NGINX)
    place = NGINX[NGINX.index(f"location = {address} {{") :].partition("}")[0]
    # by an address, not by @name: a page that was posted to is then asked for by GET
    assert "internal;" in place
    assert {"title", "text", "act"} == set(re.findall(r'set \$(\w+) "[^"]+";', place))
    assert "include /etc/nginx/pages/failed.conf;" in place


def test_the_proxys_page_asks_for_nothing_and_names_the_request() -> None:
    page = (ROOT / "docker/nginx/pages/failed.shtml").read_text(encoding="utf-8")
    assert not re.findall(r"\bsrc=|url\(|@import|<link|<script|https?:", page)
    assert re.findall(r'href="([^"]*)"', page) == [""]
    assert 'echo var="request_id"' in page
    assert "./docker/nginx/pages:/etc/nginx/pages:ro" in SERVICES["proxy"]["volumes"]


def test_the_proxy_slows_down_guesses_where_the_login_is() -> None:
    place = NGINX[NGINX.index(f"location {reverse('accounts:login')} {{") :].partition("}")[0]
    assert "zone=logins" in place

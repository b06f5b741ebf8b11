"""Django's settings, derived from the publication's configuration (`config.py`), which is what an operator changes."""

from pathlib import Path
from socket import gethostname
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import available_timezones

from freiblatt.config import INTERFACE_LANGUAGES, current_or_exit
from freiblatt.lib import logs
from freiblatt.pagestore import headers
from freiblatt.pagestore.database import APPLICATION_NAME

CONFIG = current_or_exit()
PACKAGE = Path(__file__).resolve().parent

SECRET_KEY = CONFIG.secret_key()
DEBUG = False
ALLOWED_HOSTS = list(CONFIG.allowed_hosts)
ROOT_URLCONF = "freiblatt.urls"
WSGI_APPLICATION = "freiblatt.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "freiblatt.theme",
    "freiblatt.upkeep",
    "freiblatt.importers",
    "freiblatt.feeds",
    "freiblatt.discussion",
    "freiblatt.articles",
    "freiblatt.newsroom",
    "freiblatt.readers",
    "freiblatt.letters",
    "freiblatt.pagestore",
    "freiblatt.jobs",
    "freiblatt.lib",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "freiblatt.newsroom.people_app.PeopleConfig",  # wagtail.users
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.locales",
    "wagtail",
    "wagtailmedia",
    "modelcluster",
    "taggit",
    "django_tasks",
    "django_tasks_db",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "freiblatt.pagestore.middleware.StoreMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "freiblatt.pagestore.policy.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "freiblatt.lib.language.AddressLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "freiblatt.lib.strangers.StrangersLimitMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "freiblatt.newsroom.middleware.StaffMiddleware",
    "freiblatt.newsroom.doors.DoorMiddleware",
    "freiblatt.articles.middleware.RefusalMiddleware",
    "freiblatt.articles.middleware.PublicationClockMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [CONFIG.theme / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "freiblatt.theme.context.publication",
            ],
        },
    },
]


# Database


def _database() -> dict:
    """Return Django's settings of the configured database, with the connection options we measured."""
    if path := CONFIG.sqlite_path:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": path,
            "OPTIONS": {
                "timeout": 5,
                # Take the write lock at BEGIN: a deferred transaction that writes later fails at once when another
                # writer was faster, however long the timeout is.
                "transaction_mode": "IMMEDIATE",
                # The page cache is per connection (8 MB times the threads); the file itself is mapped once.
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8000; "
                    "PRAGMA mmap_size=268435456; PRAGMA foreign_keys=ON;"
                ),
            },
            "CONN_MAX_AGE": None,
            "TEST": {"NAME": str(CONFIG.directory / "test.sqlite3")},
        }
    parts = urlsplit(CONFIG.database_url)
    wanted = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        # What libpq calls parameters: sslmode, host of a socket, and so on. The configuration has checked their names.
        # The name, of 63 characters at most, is how an upgrade tells who else is connected.
        "OPTIONS": {
            **wanted,
            "application_name": f"{APPLICATION_NAME} {wanted.get('application_name', gethostname())}"[:63],
        },
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": _database()}


# Languages and time. A reader's language comes from the address alone, a staff member's from the profile.

TIME_ZONE_AREAS = (
    *("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/"),
    "Pacific/",
)
LANGUAGE_CODE = CONFIG.language
LANGUAGES = [(code, INTERFACE_LANGUAGES[code]) for code in CONFIG.languages]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = list(INTERFACE_LANGUAGES.items())
WAGTAIL_I18N_ENABLED = True
WAGTAILSIMPLETRANSLATION_SYNC_PAGE_TREE = False
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = CONFIG.time_zone
# What a staff member may choose: places, by the names that browsers know. Machines list others too ("localtime"), at
# which the account page's own script fails; who chooses nothing has the publication's.
WAGTAIL_USER_TIME_ZONES = sorted(
    {CONFIG.time_zone, "UTC", *(zone for zone in available_timezones() if zone.startswith(TIME_ZONE_AREAS))}
)
FORMAT_MODULE_PATH = ["freiblatt.lib.formats"]
USE_THOUSAND_SEPARATOR = False


# Files

STATIC_URL = "/static/"
STATIC_ROOT = CONFIG.static
STATICFILES_DIRS = [("site", CONFIG.theme / "static")] if (CONFIG.theme / "static").is_dir() else []
MEDIA_URL = "/media/"
MEDIA_ROOT = CONFIG.media


def _bucket(folder: str) -> dict:
    """Return how the library reaches one folder of the bucket; what lies there is nobody's to read but ours."""
    from freiblatt.lib.bucket import client_config

    store = CONFIG.media_store
    assert store is not None  # noqa: S101 (for the type checker)
    return {
        "bucket_name": store.bucket,
        "endpoint_url": store.endpoint,
        "region_name": store.region,
        "access_key": store.key_id,
        "secret_key": store.secret,
        "client_config": client_config(store),
        "location": f"{store.prefix}{folder}/",
        "default_acl": None,
        "file_overwrite": False,
        "max_memory_size": 1024 * 1024,  # what is larger waits on disk while it is worked on
        "security_token": None,
    }


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "originals": {
        "BACKEND": "freiblatt.articles.storage.PrivateStorage",
        "OPTIONS": {"location": str(CONFIG.originals)},
    },
    "staticfiles": {"BACKEND": "freiblatt.theme.storage.HashedStaticStorage"},
}
if CONFIG.media_store:
    STORAGES["default"] = {
        "BACKEND": "freiblatt.articles.remote_storage.PublicBucketStorage",
        "OPTIONS": _bucket("media"),
    }
    STORAGES["originals"] = {
        "BACKEND": "freiblatt.articles.remote_storage.PrivateBucketStorage",
        "OPTIONS": _bucket("originals"),
    }
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a long article's body is one form with many small fields


# Staff

AUTH_USER_MODEL = "newsroom.StaffMember"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "wagtailadmin_login"
LOGIN_REDIRECT_URL = "wagtailadmin_home"
SESSION_ENGINE = "freiblatt.pagestore.sessions"
SESSION_COOKIE_NAME = "freiblatt_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME = "freiblatt_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "username"
AXES_VERBOSE = False
# Whoever goes on guessing must not keep the owner of the name out for ever.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "freiblatt.lib.network.client_address"
AXES_LOCKOUT_CALLABLE = "freiblatt.newsroom.views.locked_out"
AXES_DISABLE_ACCESS_LOG = True  # the list of sessions says it, with the address cut
SECOND_FACTOR_ROLES = CONFIG.second_factor
# `allauth` brings the second factor and the sign-in in steps. Its limits live in a cache that each process has alone;
# ours (`axes`, `newsroom.actions.factors`) count in the database. Its pages, letters and sentences are all ours, so
# that its app `allauth` with its catalogue is not installed.
ACCOUNT_ADAPTER = "freiblatt.newsroom.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
ACCOUNT_LOGIN_TIMEOUT = 10 * 60  # seconds between password and second step
MFA_ADAPTER = "freiblatt.newsroom.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # finger, face or PIN: a passkey is both factors, everywhere
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # steps; `newsroom.totp` takes each code once all the same
MFA_RATE_LIMITS = False
# Only a proxy that we are told to trust may name the reader's address.
TRUSTED_PROXIES = CONFIG.trusted_proxies


# Letters

# Everything that leaves the house goes through the outbox, also what libraries send; `letters` hands it over.
EMAIL_BACKEND = "freiblatt.letters.outbox.OutboxBackend"
MAIL_HAS_SERVER = CONFIG.has_mail
MAIL_BACKEND = "freiblatt.letters.delivery.SmtpBackend"
MAIL_FROM = CONFIG.mail_from or "letters@localhost"
MAIL_FROM_NAME = CONFIG.mail_from_name or CONFIG.name
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM
MAIL_PER_MINUTE = CONFIG.mail_per_minute
MAIL_KEEP_DAYS = CONFIG.mail_keep_days
EMAIL_TIMEOUT = 20  # seconds, for each step
if MAIL_SERVER := CONFIG.mail_server:
    EMAIL_HOST = MAIL_SERVER.host
    EMAIL_PORT = MAIL_SERVER.port
    EMAIL_HOST_USER = MAIL_SERVER.user
    EMAIL_HOST_PASSWORD = MAIL_SERVER.password
    EMAIL_USE_SSL = MAIL_SERVER.encryption == "tls"
    EMAIL_USE_TLS = MAIL_SERVER.encryption == "starttls"
elif CONFIG.has_mail:
    INSTALLED_APPS.append("anymail")
    MAIL_BACKEND = f"anymail.backends.{CONFIG.mail_provider}.EmailBackend"
    ANYMAIL = {"REQUESTS_TIMEOUT": 20, **CONFIG.mail_provider_values}


# Headers

# The values stand in `pagestore/headers.py`, where the store and the rules for a proxy read them too. Framing is
# governed by the content security policy; Wagtail's own views send X-Frame-Options besides.
CONTENT_SECURITY_POLICY = {"DIRECTIVES": dict(headers.READER_POLICY)}
EMBED_HOSTS = CONFIG.embed_hosts
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = headers.REFERRER_POLICY
SECURE_CROSS_ORIGIN_OPENER_POLICY = headers.OPENER_POLICY
if CONFIG.is_https:
    SECURE_HSTS_SECONDS = headers.HSTS_SECONDS
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
CSRF_TRUSTED_ORIGINS = [CONFIG.url] if CONFIG.is_https else []


# Work for later

TASKS = {
    "default": {
        "BACKEND": "freiblatt.jobs.backend.JobBackend",
        "QUEUES": ["urgent", "default", "bulk"],
    }
}


# Wagtail

WAGTAIL_SITE_NAME = CONFIG.name
WAGTAILADMIN_BASE_URL = CONFIG.url
# Passwords and mail addresses are changed where the change is confirmed (`newsroom/views`).
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = False
WAGTAILIMAGES_IMAGE_MODEL = "articles.Picture"
WAGTAILIMAGES_IMAGE_FORM_BASE = "freiblatt.articles.forms.PictureForm"
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "heic", "jpg", "jpeg", "png", "svg", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = CONFIG.picture_max_mb * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 50_000_000
WAGTAILDOCS_DOCUMENT_MODEL = "articles.ArticleDocument"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "freiblatt.articles.forms.DocumentForm"
WAGTAILDOCS_MAX_UPLOAD_SIZE = CONFIG.document_max_mb * 1024 * 1024
WAGTAILMEDIA = {
    "MEDIA_MODEL": "articles.Recording",
    "MEDIA_FORM_BASE": "freiblatt.articles.forms.RecordingForm",
    "AUDIO_EXTENSIONS": ["flac", "m4a", "mp3", "ogg", "opus", "wav"],
    "VIDEO_EXTENSIONS": ["m4v", "mp4", "webm"],
}
RECORDING_MAX_BYTES = CONFIG.recording_max_mb * 1024 * 1024
# Ours (`articles.actions.redirecting`) also manages sections with more articles than SQLite takes conditions.
WAGTAILREDIRECTS_AUTO_CREATE = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_WORKFLOW_ENABLED = True
# Half a second after the last key. What is typed is kept as a draft, never published.
WAGTAIL_AUTOSAVE_INTERVAL = 500
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}


# Log: to standard error, where the service manager collects it.

LOGGING = {
    **logs.configuration(CONFIG.log_format),
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "freiblatt": {"level": CONFIG.log_level.upper()},
        "django.request": {"level": "ERROR"},  # every address not found and every unfinished draft would be a line
        "django_tasks": {"level": "CRITICAL"},  # says again, without the error, what freiblatt.jobs says
        "modelsearch.index": {"level": "CRITICAL"},  # says what it then raises, which freiblatt.jobs judges
    },
}

SILENCED_SYSTEM_CHECKS: list[str] = []

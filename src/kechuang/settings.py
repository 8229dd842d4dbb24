"""Settings: one module, read from the environment; every name of the environment is documented in docs/settings.md."""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("KECHUANG_DATA", "data")).resolve()
WITNESS = [Path(p).resolve() for p in os.environ.get("KECHUANG_WITNESS", "witness").split(os.pathsep) if p]
DATABASE_URL = os.environ.get("KECHUANG_DATABASE", "")
FRONT_ROLE = os.environ.get("KECHUANG_FRONT_ROLE", "kechuang_front")
REGION_FIRMS = int(os.environ.get("KECHUANG_REGION_FIRMS", "30000"))
DEMO = os.environ.get("KECHUANG_DEMO") == "1"

DEBUG = False
ALLOWED_HOSTS = os.environ.get("KECHUANG_HOSTS", "127.0.0.1,localhost,testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("KECHUANG_ORIGINS", "").split(",") if o]


def _secret() -> str:
    """The key of this installation: from the environment, else made once and kept in the data folder, mode 0600."""
    if key := os.environ.get("KECHUANG_SECRET"):
        return key
    path = DATA / "secret"
    if not path.exists():
        DATA.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
            out.write(os.urandom(32).hex())
    return path.read_text().strip()


SECRET_KEY = _secret()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "kechuang.parties",
    "kechuang.casework",
    "kechuang.desks.projects",
    "kechuang.desks.texts",
    "kechuang.desks.experts",
    "kechuang.desks.funds",
    "kechuang.desks.integrity",
    "kechuang.desks.enterprises",
    "kechuang.desks.transfer",
    "kechuang.desks.instruments",
    "kechuang.desks.claims",
    "kechuang.desks.policies",
    "kechuang.faces",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "kechuang.faces.language.CookieLocale",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "kechuang.faces.access.Arrival",
    "kechuang.faces.access.Curtain",
    "kechuang.faces.repeats.Repeats",
]

CSRF_FAILURE_VIEW = "kechuang.faces.web.mishaps.stale_form"
ROOT_URLCONF = "kechuang.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "faces" / "web" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kechuang.faces.web.shell.shell",
            ],
            "builtins": ["kechuang.faces.web.widgets"],
            "loaders": [
                ("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"]),
            ],
        },
    }
]

if DATABASE_URL:
    from kechuang.databases import postgres

    DATABASES = {"default": postgres(DATABASE_URL)}
else:
    from kechuang.databases import sqlite

    DATABASES = {"default": sqlite(DATA / "kechuang.sqlite3")}

AUTH_USER_MODEL = "parties.Person"
AUTHENTICATION_BACKENDS = ["kechuang.parties.signin.LimitedBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/signin/"
LOGIN_REDIRECT_URL = "/todo/"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 14 * 3600  # drafts in progress outlive a working day
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "kechuang_language"
LOCALE_PATHS = [PACKAGE / "faces" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [PACKAGE / "faces" / "web" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA / "files"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}

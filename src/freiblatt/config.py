"""The facts of one installation: `freiblatt.toml` in the publication's directory, overridden by `FREIBLATT_*`.

Nothing in here imports Django, so that the server can read its address before Django is loaded.
"""

import functools
import os
import re
import sys
import tomllib
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

FILE_NAME = "freiblatt.toml"
SECRET_NAME = "secret.key"  # noqa: S105 (the name of a file, not a secret)
DIRECTORY_VARIABLE = "FREIBLATT_PUBLICATION"

#: Languages in which every sentence of the interface exists.
INTERFACE_LANGUAGES = {"de": "Deutsch", "en": "English"}

HOST_PATTERN = re.compile(r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")


class ConfigurationError(Exception):
    """The configuration cannot be used; the message names key, value seen and value expected."""


class Config(BaseSettings):
    """One publication's configuration. Every field's description is the comment in the written file."""

    model_config = SettingsConfigDict(env_prefix="FREIBLATT_", extra="forbid", frozen=True)

    directory: Path = Field(description="The publication's directory; given by --publication, never in the file.")

    name: str = Field("Freiblatt", min_length=1, max_length=80, description="Name until the desk gives another one.")
    language: str = Field("de", description="Main language: its addresses carry no prefix. de or en.")
    languages: tuple[str, ...] = Field(
        ("de", "en"), description="Languages you publish in. The main language is always among them."
    )
    time_zone: str = Field("Europe/Berlin", description="Time zone of printed dates and of schedules.")
    url: str = Field(
        "http://127.0.0.1:8000", description="Public address, with https:// in production, without a path."
    )
    hosts: tuple[str, ...] = Field((), description="Further host names under which this publication may be asked.")

    database_url: str = Field(
        "sqlite:///freiblatt.sqlite3",
        description="sqlite:///FILE (relative to this directory) or postgresql://USER:PASSWORD@HOST:PORT/NAME.",
    )

    server_host: str = Field("127.0.0.1", description="Address on which `freiblatt serve` listens.")
    server_port: int = Field(8000, ge=1, le=65535, description="Port on which `freiblatt serve` listens.")
    server_workers: int = Field(1, ge=1, le=64, description="Server processes. One is enough for most newsrooms.")
    server_threads: int = Field(4, ge=1, le=64, description="Threads that build pages, per process.")
    server_queue: int = Field(
        64, ge=1, le=10_000, description="Requests that may wait for such a thread before 503 is answered."
    )
    server_jobs: bool = Field(True, description="Whether `freiblatt serve` runs the job worker too.")

    store_memory_mb: int = Field(64, ge=1, le=65_536, description="Memory for finished pages, per process, in MB.")
    store_grace_ms: int = Field(
        0,
        ge=0,
        le=1000,
        description="How long an outdated page may stand in while a new one is built, in ms.",
    )
    valkey_url: str = Field("", description="valkey://HOST:PORT/N; only when several machines serve one publication.")

    embed_hosts: tuple[str, ...] = Field(
        ("www.youtube-nocookie.com", "player.vimeo.com"),
        description="Hosts whose embeds a reader may load by a click. Nothing is loaded before the click.",
    )
    picture_max_mb: int = Field(40, ge=1, le=1000, description="Largest picture that may be uploaded, in MB.")
    document_max_mb: int = Field(50, ge=1, le=1000, description="Largest document that may be uploaded, in MB.")
    recording_max_mb: int = Field(500, ge=1, le=10_000, description="Largest sound or film file, in MB.")
    security_contact: str = Field("", description="Address for security reports (mailto: or https:).")
    secure_proxy: bool = Field(
        False, description="true behind a proxy that ends https and sets X-Forwarded-Proto itself."
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="debug, info, warning, error.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings

    @field_validator("language")
    @classmethod
    def _language_is_spoken(cls, value: str) -> str:
        if value not in INTERFACE_LANGUAGES:
            raise ValueError(f"one of {', '.join(INTERFACE_LANGUAGES)}")
        return value

    @field_validator("languages")
    @classmethod
    def _languages_are_spoken(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for language in value:
            if language not in INTERFACE_LANGUAGES:
                raise ValueError(f"a list from {', '.join(INTERFACE_LANGUAGES)}")
        return tuple(dict.fromkeys(value))

    @field_validator("time_zone")
    @classmethod
    def _time_zone_exists(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("a name of the time zone database such as Europe/Berlin")
        return value

    @field_validator("url")
    @classmethod
    def _url_is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value.rstrip("/"))
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
            raise ValueError("an address such as https://example.org, without a path")
        return value.rstrip("/")

    @field_validator("hosts", "embed_hosts")
    @classmethod
    def _hosts_are_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if not HOST_PATTERN.match(host):
                raise ValueError("a list of host names in lower case, without https:// and without a port")
        return value

    @field_validator("database_url")
    @classmethod
    def _database_is_known(cls, value: str) -> str:
        scheme = value.split("://", 1)[0]
        if scheme not in ("sqlite", "postgresql", "postgres") or "://" not in value:
            raise ValueError("sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME")
        return value

    @field_validator("security_contact")
    @classmethod
    def _contact_is_an_address(cls, value: str) -> str:
        if value and not value.startswith(("mailto:", "https://")):
            raise ValueError("an address that begins with mailto: or https://")
        return value

    @model_validator(mode="after")
    def _main_language_is_published(self) -> "Config":
        if self.language not in self.languages:
            object.__setattr__(self, "languages", (self.language, *self.languages))
        return self

    # Places inside the directory. `var` holds what can be made again and may be deleted while stopped.

    @property
    def var(self) -> Path:
        """Directory of derived files: static files, finished pages, generation words."""
        return self.directory / "var"

    @property
    def originals(self) -> Path:
        """Directory of uploaded originals; never served as it is."""
        return self.directory / "originals"

    @property
    def media(self) -> Path:
        """Directory of public renditions under random names."""
        return self.directory / "media"

    @property
    def theme(self) -> Path:
        """Directory with the publication's own templates and `site.css`."""
        return self.directory / "theme"

    @property
    def static(self) -> Path:
        """Directory of collected, hashed and compressed static files."""
        return self.var / "static"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def is_https(self) -> bool:
        return self.url.startswith("https://")

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """Host names, without port, that are answered; anything else is refused."""
        own = urlsplit(self.url).hostname or ""
        local = ("127.0.0.1", "localhost", "[::1]") if own in ("127.0.0.1", "localhost", "::1") else ()
        return tuple(dict.fromkeys((own, *self.hosts, *local)))

    @property
    def sqlite_path(self) -> Path | None:
        """File of the SQLite database, or None where another database is used."""
        if not self.database_url.startswith("sqlite:///"):
            return None
        return self.directory / self.database_url.removeprefix("sqlite:///")

    def secret_key(self) -> str:
        """Return the secret from its own file. Raises ConfigurationError when it is missing or short."""
        path = self.directory / SECRET_NAME
        try:
            secret = path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"{path}: seen nothing readable ({error.__class__.__name__}), "
                "expected the secret that `freiblatt init` wrote."
            ) from error
        if len(secret) < 50:
            raise ConfigurationError(f"{path}: seen {len(secret)} characters, expected at least 50.")
        return secret


def read(directory: Path) -> Config:
    """Return the validated configuration of the publication in `directory`.

    Raises ConfigurationError with the key, the value seen and the value expected.
    """
    directory = directory.expanduser().resolve()
    if not directory.is_dir():
        raise ConfigurationError(f"--publication: seen {directory}, expected an existing directory.")
    path = directory / FILE_NAME
    if not path.is_file():
        raise ConfigurationError(
            f"{path}: seen no such file, expected a publication. "
            f"Make one with `freiblatt init {directory} --name NAME`."
        )
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: not readable as TOML: {error}.") from error
    _refuse_unknown_keys(path, values)
    try:
        return Config(**{**values, "directory": directory})
    except ValidationError as error:
        raise ConfigurationError("\n".join(_sentence(path, item) for item in error.errors())) from error


def _refuse_unknown_keys(path: Path, values: dict[str, Any]) -> None:
    known = set(Config.model_fields) - {"directory"}
    for key, value in values.items():
        if key not in known:
            raise ConfigurationError(
                f"{path}: {key}: seen {value!r}, expected no such key. Known keys: {', '.join(sorted(known))}."
            )
    for variable in os.environ:
        key = variable.removeprefix("FREIBLATT_").lower()
        if variable.startswith("FREIBLATT_") and variable != DIRECTORY_VARIABLE and key not in known:
            raise ConfigurationError(f"{variable}: seen in the environment, expected no such variable.")


def _sentence(path: Path, item: Any) -> str:
    key = ".".join(str(part) for part in item["loc"]) or "configuration"
    top = str(item["loc"][0]) if item["loc"] else ""
    variable = f"FREIBLATT_{top.upper()}"
    place = variable if variable in os.environ else f"{path}: {key}"
    seen = os.environ.get(variable, item.get("input"))
    if top == "database_url":
        seen = re.sub(r"://[^@/]*@", "://…@", str(seen))
    expected = item["msg"].removeprefix("Value error, ")
    return f"{place}: seen {seen!r}, expected {expected[0].lower()}{expected[1:]}."


@functools.cache
def current() -> Config:
    """Return the configuration of this process's publication (from `FREIBLATT_PUBLICATION`, default: here)."""
    return read(Path(os.environ.get(DIRECTORY_VARIABLE, ".")))


def current_or_exit() -> Config:
    """Return the configuration, or end the process with its error as a sentence and status 2."""
    try:
        return current()
    except ConfigurationError as error:
        sys.exit(f"freiblatt: {error}")

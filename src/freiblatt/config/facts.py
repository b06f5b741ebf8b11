"""What can be configured: every key with its type, its default, its meaning and its bounds."""

import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from freiblatt.config import backups, mail, media, proxies
from freiblatt.config.places import ConfigurationError, Places

FILE_NAME = "freiblatt.toml"
SECRET_NAME = "secret.key"  # noqa: S105 (the name of a file, not a secret)
PREFIX = "FREIBLATT_"
DIRECTORY_VARIABLE = PREFIX + "PUBLICATION"

#: The roles of `newsroom/roles.py`, which a test compares: nothing in here imports Django.
ROLES = ("owner", "editor", "author", "moderator", "accountant")

#: Languages in which every sentence of the interface exists.
INTERFACE_LANGUAGES = {"de": "Deutsch", "en": "English"}

HOST_PATTERN = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
#: Characters that would break the line in which a name is printed.
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
SECRET_MINIMUM = 50
#: Parameters of a PostgreSQL address that both Django and libpq (PostgreSQL documentation, 34.1.2) understand.
LIBPQ_PARAMETERS = frozenset({
    "application_name", "connect_timeout", "host", "keepalives", "options", "passfile", "service", "sslcert", "sslcrl",
    "sslkey", "sslmode", "sslrootcert", "target_session_attrs",
})  # fmt: skip

#: Keys whose values no error message shows.
SECRET_KEYS = frozenset({"mail_url", "mail_provider_settings", "media_secret"})

A_LIST = 'a list such as ["one.example", "two.example"]'


def _list_from_environment(value: Any) -> Any:
    """Return the list written as JSON in a variable; whatever else comes is left to the next check."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError(A_LIST) from error


#: A list of texts: in the file as TOML, in a variable as JSON, which for such a list is the same.
TextList = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_list_from_environment)]


class Config(Places, BaseSettings):
    """One publication's configuration. Every field's description is the comment in the written file."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    directory: Path = Field(description="The publication's directory; given by --publication, never in the file.")

    name: str = Field("Freiblatt", min_length=1, max_length=80, description="Name until the desk gives another one.")
    language: str = Field("de", description="Main language: its addresses carry no prefix. de or en.")
    languages: TextList = Field(
        ("de", "en"), description="Languages you publish in. The main language is always among them."
    )
    time_zone: str = Field("Europe/Berlin", description="Time zone of printed dates and of schedules.")
    url: str = Field(
        "http://127.0.0.1:8000", description="Public address, with https:// in production, without a path."
    )
    hosts: TextList = Field((), description="Further host names under which this publication may be asked.")

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
    live_streams: int = Field(
        10_000, ge=0, le=100_000, description="Readers who may follow live, per process. 0: none."
    )
    valkey_url: str = Field("", description="valkey://HOST:PORT/N; only when several machines serve one publication.")

    mail_url: str = Field(
        "",
        description="Mail server: smtp://USER:PASSWORD@HOST:587 (STARTTLS) or smtps://…:465. Without one, letters land "
        "in the desk's mailbox.",
    )
    mail_password_file: str = Field("", description="File with the mail server's password, if it is not in mail_url.")
    mail_from: str = Field(
        "", validate_default=True, description="Address that letters come from, such as redaktion@example.org."
    )
    mail_from_name: str = Field("", max_length=80, description="Name that letters come from. Empty: the publication's.")
    mail_provider: str = Field(
        "smtp", description="smtp, or a service by its own interface: mailgun, postmark, brevo … (see the manual)."
    )
    mail_provider_settings: TextList = Field(
        (),
        validate_default=True,
        description='What the service wants to know, such as ["MAILGUN_API_KEY_FILE=mailgun.key"].',
    )
    mail_per_minute: int = Field(
        0, ge=0, le=100_000, description="Most letters in one minute, as your mail server allows. 0: no limit of ours."
    )
    mail_keep_days: int = Field(
        3, ge=0, le=365, description="Days after which text and address of a delivered letter are erased. 0: at once."
    )
    mail_dkim_selector: str = Field("", description="Name of your DKIM key, for `freiblatt doctor mail` alone.")

    embed_hosts: TextList = Field(
        ("www.youtube-nocookie.com", "player.vimeo.com"),
        description="Hosts whose embeds a reader may load by a click. Nothing is loaded before the click.",
    )
    picture_max_mb: int = Field(40, ge=1, le=1000, description="Largest picture that may be uploaded, in MB.")
    document_max_mb: int = Field(50, ge=1, le=1000, description="Largest document that may be uploaded, in MB.")
    recording_max_mb: int = Field(500, ge=1, le=10_000, description="Largest sound or film file, in MB.")
    media_bucket: media.Bucket = Field(
        "", description="Bucket of an S3-compatible store in which uploads lie; empty: they lie on this disk."
    )
    media_endpoint: media.Endpoint = Field(
        "", description="Address of that store, such as https://s3.example.net; empty: Amazon's."
    )
    media_region: media.Region = Field("", description="Its region, such as eu-central-1, where it has any.")
    media_prefix: media.Prefix = Field("", description="Folder in the bucket, where others use it too.")
    media_key_id: str = Field("", description="Name of the access key.")
    media_secret: str = Field("", description="Its secret; better in FREIBLATT_MEDIA_SECRET or in media_secret_file.")
    media_secret_file: media.SecretFile = Field(
        "", validate_default=True, description="File with that secret, which this user alone may read (chmod 600)."
    )
    security_contact: str = Field("", description="Address for security reports (mailto: or https:).")
    trusted_proxies: Annotated[TextList, AfterValidator(proxies.networks)] = Field(
        (),
        description='Addresses of proxies in front, such as ["127.0.0.1"]. Nobody else may name a visitor\'s address.',
    )

    backup_directory: backups.Directory = Field(
        "", description="Directory of nightly backups, best on another disk; empty: none are made."
    )
    backup_at: backups.Moment = Field("03:30", description="Time of day of the nightly backup, HH:MM in time_zone.")
    backup_keep: backups.Rule = Field(
        "daily 7, weekly 4, monthly 6", description="How many nightly backups stay: the newest of so many days, weeks …"
    )
    backup_age_recipient: backups.Recipient = Field(
        "", description="age1… or an SSH public key: backups are encrypted to it. Its private key stays elsewhere."
    )

    second_factor: TextList = Field(
        ("owner", "editor"),
        description="Roles that need a passkey or a code from an app besides the password. [] asks nobody.",
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="debug, info, warning, error.")
    log_format: Literal["line", "json"] = Field("line", description="line, or json: an object for each message.")

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

    @field_validator("name")
    @classmethod
    def _name_is_one_line(cls, value: str) -> str:
        if CONTROL_CHARACTERS.search(value) or not value.strip():
            raise ValueError("a name on one line")
        return value.strip()

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
                raise ValueError(f"a list from {', '.join(INTERFACE_LANGUAGES)}, such as {json.dumps(['de', 'en'])}")
        return value

    @field_validator("second_factor")
    @classmethod
    def _roles_exist(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not set(value) <= set(ROLES):
            raise ValueError(f"a list from {', '.join(ROLES)}, such as {json.dumps(['owner', 'editor'])}")
        return value

    @field_validator("time_zone")
    @classmethod
    def _time_zone_exists(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("a name of the time zone database such as Europe/Berlin")
        return value

    @field_validator("url")
    @classmethod
    def _url_is_an_origin(cls, value: str) -> str:
        expected = "an address such as https://example.org, without a path"
        try:
            parts = urlsplit(value.strip().rstrip("/"))
            port = parts.port
            host = (parts.hostname or "").encode("idna").decode("ascii")
        except ValueError as error:
            raise ValueError(expected) from error
        is_name = bool(HOST_PATTERN.fullmatch(host)) or ":" in host
        if parts.scheme not in ("http", "https") or not is_name or "@" in parts.netloc:
            raise ValueError(expected)
        if parts.path or parts.query or parts.fragment:
            raise ValueError(expected)
        shown_host = f"[{host}]" if ":" in host else host
        return f"{parts.scheme}://{shown_host}" + (f":{port}" if port else "")

    @field_validator("hosts", "embed_hosts")
    @classmethod
    def _hosts_are_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if not HOST_PATTERN.fullmatch(host):
                raise ValueError("a list of host names in lower case, without https:// and without a port")
        return value

    @field_validator("database_url")
    @classmethod
    def _database_is_known(cls, value: str) -> str:
        expected = "sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME"
        scheme, separator, _rest = value.partition("://")
        try:
            parts = urlsplit(value)
            _port = parts.port
        except ValueError as error:
            raise ValueError(expected) from error
        if not separator or scheme not in ("sqlite", "postgresql", "postgres"):
            raise ValueError(expected)
        name = value.removeprefix("sqlite:///") if scheme == "sqlite" else parts.path.strip("/")
        if not name or name == value or name.endswith(("/", ":memory:")):
            raise ValueError(expected)
        unknown = [key for key, _value in parse_qsl(parts.query, keep_blank_values=True) if key not in LIBPQ_PARAMETERS]
        if scheme != "sqlite" and unknown:
            raise ValueError(f"after ? only {', '.join(sorted(LIBPQ_PARAMETERS))}")
        return value

    @field_validator("valkey_url")
    @classmethod
    def _valkey_is_an_address(cls, value: str) -> str:
        if value and not value.startswith(("valkey://", "valkeys://", "redis://", "rediss://", "unix://")):
            raise ValueError("an address such as valkey://127.0.0.1:6379/0, or nothing")
        return value

    @field_validator("mail_url")
    @classmethod
    def _mail_server_is_an_address(cls, value: str) -> str:
        mail.mail_server(value)
        return value

    @field_validator("mail_provider")
    @classmethod
    def _mail_provider_is_known(cls, value: str) -> str:
        if value not in mail.PROVIDERS:
            raise ValueError(f"one of {', '.join(mail.PROVIDERS)}")
        return value

    @field_validator("mail_from")
    @classmethod
    def _letters_come_from_an_address(cls, value: str, info: ValidationInfo) -> str:
        if (value and not mail.ADDRESS.fullmatch(value)) or (not value and info.data.get("mail_url")):
            raise ValueError("a mail address such as redaktion@example.org")
        return value

    @field_validator("mail_from_name")
    @classmethod
    def _sender_is_one_line(cls, value: str) -> str:
        if CONTROL_CHARACTERS.search(value):
            raise ValueError("a name on one line")
        return value.strip()

    @field_validator("mail_provider_settings")
    @classmethod
    def _mail_provider_is_told(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        is_service = info.data.get("mail_provider", "smtp") != "smtp"
        if is_service and not info.data.get("mail_from"):
            raise ValueError("mail_from to be set, since mail_provider is a service")
        try:
            mail.provider_settings(value, directory=info.data["directory"])
        except OSError as error:
            raise ValueError(f"a readable file ({error.filename}: {error.strerror})") from error
        return value

    @field_validator("mail_dkim_selector")
    @classmethod
    def _selector_is_a_name(cls, value: str) -> str:
        if value and not HOST_PATTERN.fullmatch(value):
            raise ValueError("a name such as mail2026, or nothing")
        return value

    @field_validator("security_contact")
    @classmethod
    def _contact_is_an_address(cls, value: str) -> str:
        if value and (not value.startswith(("mailto:", "https://")) or CONTROL_CHARACTERS.search(value)):
            raise ValueError("an address that begins with mailto: or https://")
        return value

    @model_validator(mode="after")
    def _main_language_comes_first(self) -> "Config":
        object.__setattr__(self, "languages", tuple(dict.fromkeys((self.language, *self.languages))))
        return self

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
        own = f"[{own}]" if ":" in own else own
        local = ("127.0.0.1", "localhost", "[::1]") if own in ("127.0.0.1", "localhost", "[::1]") else ()
        return tuple(dict.fromkeys((own, *self.hosts, *local)))

    @property
    def media_store(self) -> media.Store | None:
        """The bucket in which uploads lie, or None where they lie on this disk."""
        if not self.media_bucket:
            return None
        secret = self.media_secret or media.secret_in(self.directory / self.media_secret_file)
        region, prefix = self.media_region or None, f"{self.media_prefix}/" if self.media_prefix else ""
        return media.Store(self.media_bucket, self.media_endpoint or None, region, prefix, self.media_key_id, secret)

    @property
    def mail_server(self) -> mail.MailServer | None:
        """The mail server, or None: letters then land in the desk's mailbox or go to `mail_provider`.

        Raises ConfigurationError where its password cannot be read.
        """
        if not self.mail_url or self.mail_provider != "smtp":
            return None
        password = ""
        if self.mail_password_file:
            path = self.directory / self.mail_password_file
            try:
                password = path.read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigurationError(
                    f"mail_password_file: seen {path}, which cannot be read ({error.__class__.__name__}), "
                    "expected a file with the password and nothing else."
                ) from error
        try:
            return mail.mail_server(self.mail_url, password=password)
        except ValueError as error:
            raise ConfigurationError(f"mail_password_file: seen what is not shown here, expected {error}.") from error

    @property
    def mail_provider_values(self) -> dict[str, str]:
        """What `mail_provider_settings` says, read from the files it names."""
        return mail.provider_settings(self.mail_provider_settings, directory=self.directory)

    @property
    def has_mail(self) -> bool:
        """Whether letters leave the house; otherwise the desk's mailbox takes them."""
        return bool(self.mail_url) or self.mail_provider != "smtp"

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
        if len(secret) < SECRET_MINIMUM:
            raise ConfigurationError(
                f"{path}: seen {len(secret)} characters, expected at least {SECRET_MINIMUM} random ones."
            )
        return secret

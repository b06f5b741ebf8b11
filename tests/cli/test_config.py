"""An operator writes freiblatt.toml, and is told in one sentence what is wrong with it."""

import dataclasses
import tomllib
from pathlib import Path

import pytest

from freiblatt.config import Config, ConfigurationError, check, read, written

SECRET = "x" * 60


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave only the variables that a test sets."""
    import os

    for name in list(os.environ):
        if name.startswith("FREIBLATT_"):
            monkeypatch.delenv(name)


def publication(directory: Path, text: str | bytes = 'name = "Das Blatt"\n') -> Path:
    """Return a publication's directory whose file holds `text`."""
    directory.mkdir(exist_ok=True)
    (directory / "freiblatt.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    (directory / "secret.key").write_text(SECRET)
    return directory


def refusal(directory: Path) -> str:
    """Return the sentence with which the configuration is refused."""
    with pytest.raises(ConfigurationError) as refused:
        read(directory)
    return str(refused.value)


def test_file_is_read_and_defaults_fill_the_rest(tmp_path: Path) -> None:
    config = read(publication(tmp_path / "p", 'name = "Das Blatt"\nserver_port = 8123\n'))
    assert (config.name, config.server_port, config.language) == ("Das Blatt", 8123, "de")


def test_variable_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FREIBLATT_SERVER_PORT", "8124")
    monkeypatch.setenv("FREIBLATT_HOSTS", '["a.example", "b.example"]')
    config = read(publication(tmp_path / "p", "server_port = 8123\n"))
    assert (config.server_port, config.hosts) == (8124, ("a.example", "b.example"))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("servre_port = 1", "servre_port: seen 1, expected no such key. Known keys: "),
        ("directory = '/'", "directory: seen '/', expected no such key."),
        ("server_port = 0", "server_port: seen 0, expected at least 1."),
        ("server_port = 70000", "server_port: seen 70000, expected at most 65535."),
        ("server_port = '8000'", "server_port: seen '8000', expected a whole number without quotes."),
        ("server_port = true", "server_port: seen True, expected a whole number without quotes."),
        ("server_jobs = 'ja'", "server_jobs: seen 'ja', expected true or false."),
        ("name = 5", "name: seen 5, expected a text in quotes."),
        ("name = ''", "name: seen '', expected at least 1 character."),
        ("name = '   '", "name: seen '   ', expected a name on one line."),
        ('name = "a\\nb"', "name: seen 'a\\nb', expected a name on one line."),
        ("language = 'fr'", "language: seen 'fr', expected one of de, en."),
        ("languages = 'de'", "languages: seen 'de', expected a list such as "),
        ("languages = ['de', 'fr']", "languages: seen ['de', 'fr'], expected a list from de, en"),
        ("time_zone = 'Berlin'", "time_zone: seen 'Berlin', expected a name of the time zone database"),
        ("url = 'example.org'", "url: seen 'example.org', expected an address such as https://example.org"),
        ("url = 'https://example.org/blatt'", "expected an address such as https://example.org, without a path."),
        ("url = 'https://me:secret@example.org'", "url: seen 'https://…@example.org', expected an address"),
        ("url = 'http://['", "url: seen 'http://[', expected an address such as https://example.org"),
        ("url = 'http://a.example:99999'", "expected an address such as https://example.org, without a path."),
        ("hosts = ['https://a.example']", "hosts: seen ['https://a.example'], expected a list of host names"),
        ("hosts = ['a.example', 5]", "hosts: seen ['a.example', 5], expected a list such as "),
        (
            "trusted_proxies = ['proxy.example']",
            "trusted_proxies: seen ['proxy.example'], expected a list of addresses",
        ),
        ("trusted_proxies = ['10.0.0.7/8']", 'expected a list of addresses and networks, such as ["127.0.0.1", '),
        ("trusted_proxies = ['::/0']", "expected addresses of proxies of yours; this network is everybody."),
        ("embed_hosts = ['a.example; script-src *']", "expected a list of host names in lower case"),
        ("database_url = 'mysql://h/x'", "expected sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME."),
        ("database_url = 'postgresql://h/x?sslmod=require'", "expected after ? only application_name, connect_timeout"),
        ("database_url = 'sqlite:///'", "database_url: seen 'sqlite:///', expected sqlite:///FILE or"),
        ("database_url = 'sqlite:///none/x.db'", "expected a file in a directory that exists, and "),
        ("valkey_url = 'localhost'", "valkey_url: seen 'localhost', expected an address such as valkey://"),
        (
            "mail_url = 'mail.example.org'",
            "mail_url: seen a value that is not shown here, expected smtp://USER:PASSWORD@",
        ),
        ("mail_url = 'smtp://'", "expected smtp://USER:PASSWORD@HOST:587, smtps://USER:PASSWORD@HOST:465, or nothing."),
        ("mail_url = 'smtp://a.example?tls=perhaps'", "expected after ? only tls=starttls or tls=none"),
        ("mail_url = 'smtps://a.example?tls=none'", "expected after ? only tls=starttls or tls=none"),
        ("mail_url = 'smtp://u:%C3%B6@a.example'", "expected user and password without umlauts"),
        ("mail_url = 'smtp://a.example'", "mail_from: seen '', expected a mail address such as"),
        ("mail_from = 'a@b.example\\r\\nBcc: c@d.example'", "expected a mail address such as"),
        ('mail_from_name = "a\\nb"', "mail_from_name: seen 'a\\nb', expected a name on one line."),
        ("mail_provider = 'pigeon'", "mail_provider: seen 'pigeon', expected one of amazon_ses, brevo"),
        ("mail_provider = 'mailgun'", "mail_provider_settings: seen (), expected mail_from to be set"),
        ("mail_provider_settings = ['key']", "seen a value that is not shown here, expected a list such as"),
        ("mail_provider_settings = ['KEY_FILE=none']", "expected a readable file ("),
        ("mail_per_minute = -1", "mail_per_minute: seen -1, expected at least 0."),
        ("mail_dkim_selector = 'a b'", "expected a name such as mail2026, or nothing."),
        ("security_contact = 'me@a.example'", "expected an address that begins with mailto: or https://."),
        ("log_level = 'loud'", "log_level: seen 'loud', expected one of 'debug', 'info', 'warning' or 'error'."),
        ("store_grace_ms = 1.5", "store_grace_ms: seen 1.5, expected a whole number without quotes."),
        ("name = ", "seen no valid TOML: "),
        ("name = 'a'\nname = 'b'", "seen no valid TOML: "),
        ("[server]\nport = 1", "server: seen {'port': 1}, expected no such key."),
    ],
)
def test_bad_value_is_told_with_key_seen_and_expected(tmp_path: Path, line: str, told: str) -> None:
    sentence = refusal(publication(tmp_path / "p", line + "\n"))
    assert told in sentence
    assert str(tmp_path / "p" / "freiblatt.toml") in sentence


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("SERVER_PORT", "eight", "FREIBLATT_SERVER_PORT: seen 'eight', expected a whole number."),
        ("SERVER_JOBS", "perhaps", "FREIBLATT_SERVER_JOBS: seen 'perhaps', expected true or false."),
        ("HOSTS", "a.example,b.example", "FREIBLATT_HOSTS: seen 'a.example,b.example', expected a list such as "),
        ("HOSTS", '"a.example"', "FREIBLATT_HOSTS: seen '\"a.example\"', expected a list such as "),
        ("HOSTS", "[5]", "FREIBLATT_HOSTS: seen '[5]', expected a text."),
        ("LANGUAGE", "fr", "FREIBLATT_LANGUAGE: seen 'fr', expected one of de, en."),
        ("SERVRE_PORT", "1", "FREIBLATT_SERVRE_PORT: seen in the environment, expected no such variable."),
        ("DIRECTORY", "/", "FREIBLATT_DIRECTORY: seen in the environment, expected no such variable."),
        ("DATABASE_URL", "sqlite:///none/x.db", "FREIBLATT_DATABASE_URL: seen 'sqlite:///none/x.db', expected a file"),
    ],
)
def test_bad_variable_is_told_by_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str
) -> None:
    monkeypatch.setenv(f"FREIBLATT_{variable}", value)
    assert told in refusal(publication(tmp_path / "p"))


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 587, "", "", "starttls")),
        (
            "smtp://me%40a.example:p%2Fw@mail.example.org:25",
            ("mail.example.org", 25, "me@a.example", "p/w", "starttls"),
        ),
        ("smtp://mail.example.org?tls=starttls", ("mail.example.org", 587, "", "", "starttls")),
        ("smtps://me:pw@mail.example.org", ("mail.example.org", 465, "me", "pw", "tls")),
        ("smtp://127.0.0.1?tls=none", ("127.0.0.1", 25, "", "", "none")),
        ("smtp://[::1]:2525?tls=none", ("::1", 2525, "", "", "none")),
    ],
)
def test_mail_server_is_read_from_its_address(tmp_path: Path, url: str, server: tuple) -> None:
    config = read(publication(tmp_path / "p", f"mail_url = '{url}'\nmail_from = 'me@a.example'\n"))
    assert dataclasses.astuple(config.mail_server) == server
    assert config.has_mail


def test_password_of_the_mail_server_comes_from_a_file(tmp_path: Path) -> None:
    text = "mail_url = 'smtp://me@mail.example.org'\nmail_from = 'me@a.example'\nmail_password_file = 'mail.password'\n"
    config = read(publication(tmp_path / "p", text))
    with pytest.raises(ConfigurationError, match=r"mail_password_file: seen .*/mail\.password, which cannot be read"):
        _ = config.mail_server
    (tmp_path / "p" / "mail.password").write_text(" pass word \n")
    assert config.mail_server.password == " pass word "


def test_service_is_told_from_a_file(tmp_path: Path) -> None:
    directory = tmp_path / "p"
    directory.mkdir()
    (directory / "token").write_text("abc\n")
    lines = "mail_provider = 'postmark'\nmail_from = 'me@a.example'\n"
    config = read(publication(directory, lines + "mail_provider_settings = ['POSTMARK_SERVER_TOKEN_FILE=token']\n"))
    assert config.mail_provider_values == {"POSTMARK_SERVER_TOKEN": "abc"}
    assert config.has_mail
    assert config.mail_server is None


def test_without_a_mail_server_letters_stay_in_the_house(tmp_path: Path) -> None:
    config = read(publication(tmp_path / "p"))
    assert not config.has_mail
    assert config.mail_server is None


def test_password_of_the_database_is_not_shown(tmp_path: Path) -> None:
    sentence = refusal(publication(tmp_path / "p", "database_url = 'postgresql://me:pa/ss@w@host/'\n"))
    assert "seen 'postgresql://…@host/'" in sentence
    assert "pa/ss" not in sentence


def test_long_value_is_shortened(tmp_path: Path) -> None:
    assert len(refusal(publication(tmp_path / "p", f"name = '{'x' * 10_000}'\n"))) < 500


def test_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    assert read(publication(tmp_path / "p", b'\xef\xbb\xbfname = "Blatt"\r\n')).name == "Blatt"


@pytest.mark.parametrize("text", ['name = "Für"\n'.encode("latin-1"), 'name = "Blatt"\n'.encode("utf-16")])
def test_wrong_encoding_names_the_byte(tmp_path: Path, text: bytes) -> None:
    assert "expected text in UTF-8. Save the file in that encoding." in refusal(publication(tmp_path / "p", text))


def test_missing_directory_and_missing_file_are_told_apart(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none") == (f"--publication: seen {tmp_path / 'none'}, expected an existing directory.")
    assert f"{tmp_path / 'freiblatt.toml'}: seen no such file" in refusal(tmp_path)


def test_file_in_place_of_a_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "expected an existing directory" in refusal(tmp_path / "file")


def test_directory_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "freiblatt.toml").mkdir()
    assert "expected a readable file" in refusal(tmp_path)


def test_directories_that_cannot_be_made_are_told(tmp_path: Path) -> None:
    config = read(publication(tmp_path / "p"))
    (tmp_path / "p" / "media").write_text("in the way")
    with pytest.raises(ConfigurationError, match="media: seen File exists, expected a directory"):
        config.make_directories()


@pytest.mark.parametrize(
    ("secret", "told"),
    [
        (None, "seen nothing readable (FileNotFoundError), expected the secret"),
        (b"", "seen 0 characters, expected at least 50 random ones."),
        (b"short", "seen 5 characters, expected at least 50 random ones."),
        (b"\xff" * 80, "seen nothing readable (UnicodeDecodeError)"),
    ],
)
def test_bad_secret_is_told_without_showing_it(tmp_path: Path, secret: bytes | None, told: str) -> None:
    config = read(publication(tmp_path / "p"))
    path = tmp_path / "p" / "secret.key"
    path.unlink()
    if secret is not None:
        path.write_bytes(secret)
    with pytest.raises(ConfigurationError) as refused:
        config.secret_key()
    assert told in str(refused.value)


def test_main_language_is_published_and_comes_first(tmp_path: Path) -> None:
    config = read(publication(tmp_path / "p", 'language = "en"\nlanguages = ["de", "en", "de"]\n'))
    assert config.languages == ("en", "de")


@pytest.mark.parametrize(
    ("url", "kept", "hosts"),
    [
        ("https://Example.org/", "https://example.org", ("example.org",)),
        ("https://zeitung-für.example", "https://xn--zeitung-fr-ieb.example", ("xn--zeitung-fr-ieb.example",)),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", ("127.0.0.1", "localhost", "[::1]")),
        ("http://[::1]:8000", "http://[::1]:8000", ("[::1]", "127.0.0.1", "localhost")),
    ],
)
def test_address_is_kept_as_browsers_send_it(tmp_path: Path, url: str, kept: str, hosts: tuple[str, ...]) -> None:
    config = read(publication(tmp_path / "p", f'url = "{url}"\n'))
    assert (config.url, config.allowed_hosts) == (kept, hosts)


def test_written_file_is_read_back_as_it_was_meant(tmp_path: Path) -> None:
    values = {"name": 'Blatt "für" \\ alle', "language": "en", "languages": ["en"], "url": "https://a.example"}
    config = read(publication(tmp_path / "p", written(values)))
    assert (config.name, config.languages, config.url) == (values["name"], ("en",), values["url"])


def test_written_file_comments_every_key_with_its_default() -> None:
    lines = written({"name": "Blatt"}).splitlines()
    commented = tomllib.loads("\n".join(line.removeprefix("# ") for line in lines if " = " in line))
    expected = {
        key: list(field.default) if isinstance(field.default, tuple) else field.default
        for key, field in Config.model_fields.items()
        if key != "directory"
    }
    assert commented == {**expected, "name": "Blatt"}
    for field in Config.model_fields.values():
        assert field.description


def test_values_of_options_are_told_by_the_option(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"^--url: seen 'x', expected an address"):
        check(tmp_path, {"url": "x"}, places={"url": "--url"})

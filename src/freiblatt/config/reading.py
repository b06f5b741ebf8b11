"""Reading the configuration and saying, in one sentence, what is wrong with it."""

import functools
import json
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from pydantic import ValidationError

from freiblatt.config.facts import (
    A_LIST,
    DIRECTORY_VARIABLE,
    FILE_NAME,
    PREFIX,
    SECRET_KEYS,
    Config,
    ConfigurationError,
)
from freiblatt.config.places import refuse_unwritable

#: Editors under Windows begin a file with it.
BYTE_ORDER_MARK = "\ufeff"
#: More than an operator needs to recognise a value, less than fills the screen.
SHOWN_CHARACTERS = 120


def read(directory: Path) -> Config:
    """Return the validated configuration of the publication in `directory`.

    Raises ConfigurationError with the key, the value seen and the value expected.
    """
    directory = directory.expanduser().resolve()
    if not directory.is_dir():
        raise ConfigurationError(f"--publication: seen {directory}, expected an existing directory.")
    path = directory / FILE_NAME
    try:
        # Editors under Windows begin a file with a byte order mark.
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{path}: seen no such file, expected a publication. "
            f"Make one with `freiblatt init DIR --name NAME`, or name its directory with --publication DIR."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"{path}: seen the byte 0x{error.object[error.start]:02x} at place {error.start}, "
            "expected text in UTF-8. Save the file in that encoding."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f'{path}: seen no valid TOML: {error}; expected lines such as name = "Name".'
        ) from error
    except OSError as error:
        raise ConfigurationError(f"{path}: seen {error.strerror}, expected a readable file.") from error
    config = check(directory, values, places={key: f"{path}: {key}" for key in values})
    refuse_unwritable(directory)
    if config.sqlite_path and not config.sqlite_path.parent.is_dir():
        raise ConfigurationError(
            f"{_place('database_url', {}, path)}: seen {config.database_url!r}, "
            f"expected a file in a directory that exists, and {config.sqlite_path.parent} does not."
        )
    return config


def check(directory: Path, values: Mapping[str, Any], *, places: Mapping[str, str]) -> Config:
    """Return the configuration of `values` and the environment.

    `places` names for each key where its value was seen, for the sentence of the ConfigurationError that is raised.
    """
    path = directory / FILE_NAME
    _refuse_unknown_keys(path, values)
    for key, value in values.items():
        _refuse_wrong_type(key, value, places)
    try:
        return Config(**{**values, "directory": directory})
    except ValidationError as error:
        raise ConfigurationError("\n".join(_sentence(path, item, places) for item in error.errors())) from error


def written(values: Mapping[str, Any]) -> str:
    """Return the text of a new `freiblatt.toml`: every key with its meaning, those of `values` set."""
    lines = [
        "# The facts of this publication's machine. Names, menus, colours and texts are set in the admin instead.",
        "# A line that begins with # shows the default; take the # away to change it. Each key can also be given",
        "# in the environment, in capitals after FREIBLATT_, and wins there: FREIBLATT_SERVER_PORT=8001.",
    ]
    for key, field in Config.model_fields.items():
        if key == "directory":
            continue
        value = values.get(key, field.default)
        shown = json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
        lines += ["", f"# {field.description}", f"{'' if key in values else '# '}{key} = {shown}"]
    return "\n".join(lines) + "\n"


def changed(text: str, key: str, value: str) -> str:
    """Return the text of a `freiblatt.toml` in which `key` has this value and everything else, comments too, stays.

    Raises ConfigurationError where the text is written in a way that only a person can change.
    """
    line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
    wanted = {**tomllib.loads(text.removeprefix(BYTE_ORDER_MARK)), key: value}
    set_line = re.compile(rf"^[ \t]*[\"']?{key}[\"']?[ \t]*=.*$", re.MULTILINE)
    default_line = re.compile(rf"^#[ \t]*{key}[ \t]*=.*$", re.MULTILINE)
    found = set_line.search(text) or default_line.search(text)
    fresh = f"{text[: found.start()]}{line}{text[found.end() :]}" if found else f"{text.rstrip()}\n\n{line}\n"
    try:
        is_right = tomllib.loads(fresh.removeprefix(BYTE_ORDER_MARK)) == wanted
    except tomllib.TOMLDecodeError:
        is_right = False
    if not is_right:
        raise ConfigurationError(f"{key}: seen lines that cannot be changed safely, expected one line: {line}")
    return fresh


def _refuse_unknown_keys(path: Path, values: Mapping[str, Any]) -> None:
    known = set(Config.model_fields) - {"directory"}
    for key, value in values.items():
        if key not in known:
            raise ConfigurationError(
                f"{path}: {key}: seen {_shown(value)}, expected no such key. Known keys: {', '.join(sorted(known))}."
            )
    for variable in os.environ:
        # pydantic reads variables in any case, so we look at them in any case.
        name = variable.upper()
        if name == DIRECTORY_VARIABLE or not name.startswith(PREFIX):
            continue
        if name.removeprefix(PREFIX).lower() not in known:
            raise ConfigurationError(
                f"{variable}: seen in the environment, expected no such variable. "
                f"Known ones: {', '.join(sorted([DIRECTORY_VARIABLE, *(PREFIX + key.upper() for key in known)]))}."
            )


def _refuse_wrong_type(key: str, value: Any, places: Mapping[str, str]) -> None:
    """Refuse what pydantic would bend into shape: true as a port, "8000" as a number. The file can say it right."""
    default = Config.model_fields[key].default
    if isinstance(default, tuple):
        fits, expected = isinstance(value, list) and all(isinstance(item, str) for item in value), A_LIST
    elif isinstance(default, bool):
        fits, expected = isinstance(value, bool), "true or false"
    elif isinstance(default, int):
        fits, expected = isinstance(value, int) and not isinstance(value, bool), "a whole number without quotes"
    else:
        fits, expected = isinstance(value, str), "a text in quotes"
    if not fits:
        raise ConfigurationError(f"{places[key]}: seen {_shown(value, key)}, expected {expected}.")


def _variable(key: str) -> str | None:
    """Return the environment variable that sets `key`, as it is written there."""
    return next((name for name in os.environ if name.upper() == PREFIX + key.upper()), None)


def _place(key: str, places: Mapping[str, str], path: Path) -> str:
    return _variable(key) or places.get(key) or f"{path}: {key}"


def _shown(value: Any, key: str = "") -> str:
    """Return `value` as an error may show it: short, and without the password of an address or a private key."""
    if key in SECRET_KEYS and value:
        return "a value that is not shown here"
    text = re.sub(r"://.*@", "://…@", repr(value))
    text = re.sub(r"(?i)(AGE-SECRET-KEY)[\w-]*", r"\1…", text)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


#: What is expected, by pydantic's name of the fault; braces are filled from the fault's context.
EXPECTED = {
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a smaller number",
    "bool_parsing": "true or false",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "literal_error": "one of {expected}",
    "string_too_short": "at least {min_length} character",
    "string_too_long": "at most {max_length} characters",
    "tuple_type": A_LIST,
    "string_type": "a text",
    "value_error": "{error}",
}


def _sentence(path: Path, item: Any, places: Mapping[str, str]) -> str:
    key = str(item["loc"][0]) if item["loc"] else "configuration"
    variable = _variable(key)
    seen = os.environ[variable] if variable else item.get("input")
    expected = EXPECTED.get(item["type"], item["msg"]).format(**item.get("ctx", {}))
    return f"{_place(key, places, path)}: seen {_shown(seen, key)}, expected {expected}."


@functools.cache
def current() -> Config:
    """Return the configuration of this process's publication (from `FREIBLATT_PUBLICATION`, default: here)."""
    return read(Path(os.environ.get(DIRECTORY_VARIABLE) or "."))


def current_or_exit() -> Config:
    """Return the configuration, or end the process with its error as a sentence and status 2.

    The secret is looked at too, so that nothing after this can fail for the configuration's sake.
    """
    try:
        config = current()
        config.secret_key()
    except ConfigurationError as error:
        exit_with(error)
    return config


def exit_with(error: Exception) -> NoReturn:
    """End the process with `error` as sentences on standard error and status 2."""
    for line in str(error).splitlines():
        print(f"freiblatt: {line}", file=sys.stderr)  # noqa: T201 (there is no log yet)
    sys.exit(2)

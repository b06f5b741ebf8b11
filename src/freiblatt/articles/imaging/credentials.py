"""Content credentials (C2PA): what a picture's signed statement says of its origin.

Read from the original alone; public files are made of pixels and carry none. The library is an optional extra
(`freiblatt[credentials]`, 50 MB). It is kept from asking the network: a statement that lies elsewhere, or a check of
the certificate with its issuer, would tell them which picture lies on our desk.
"""

import json
import logging
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO, Any

logger = logging.getLogger(__name__)

_SETTINGS = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
MAX_STATEMENT_CHARACTERS = 2_000_000


class Standing(StrEnum):
    """What can be said of a statement."""

    UNREADABLE_HERE = "unreadable_here"  # the library is not installed
    NONE = "none"
    ELSEWHERE = "elsewhere"  # the picture only names an address where the statement lies
    BROKEN = "broken"  # picture or statement were changed after signing
    SIGNED = "signed"  # intact; whether the signer is who it says is not checked against a list
    TRUSTED = "trusted"


@dataclass(frozen=True)
class Credentials:
    """A picture's statement of origin, in plain words where it has any."""

    standing: Standing
    signer: str = ""
    signed_at: str = ""
    tools: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    ingredients: list[str] = field(default_factory=list)
    is_made_by_machine: bool = False


def read_credentials(file: IO[bytes], mime_type: str) -> Credentials:
    """Return the statement in `file`; never raises on what a file contains."""
    try:
        import c2pa
    except (ImportError, OSError):
        return Credentials(Standing.UNREADABLE_HERE)
    file.seek(0)
    try:
        reader = c2pa.Reader.try_create(mime_type, file, context=c2pa.Context.from_dict(_SETTINGS))
        if reader is None:
            return Credentials(Standing.NONE)
        with reader:
            text = reader.json()
    except c2pa.C2paError as error:
        if "remote" in str(error).lower():
            return Credentials(Standing.ELSEWHERE)
        logger.info("Content credentials could not be read: %s", error)
        return Credentials(Standing.BROKEN)
    if len(text) > MAX_STATEMENT_CHARACTERS:
        return Credentials(Standing.BROKEN)
    return _in_words(json.loads(text))


def _in_words(store: dict[str, Any]) -> Credentials:
    manifest = store.get("manifests", {}).get(store.get("active_manifest"), {})
    signature = manifest.get("signature_info") or {}
    actions = [
        action
        for assertion in manifest.get("assertions", [])
        if str(assertion.get("label", "")).startswith("c2pa.actions")
        for action in (assertion.get("data") or {}).get("actions", [])
    ]
    standing = {"Trusted": Standing.TRUSTED, "Valid": Standing.SIGNED}.get(
        store.get("validation_state", ""), Standing.BROKEN
    )
    generators = manifest.get("claim_generator_info") or []
    return Credentials(
        standing=standing,
        signer=_short(signature.get("issuer") or signature.get("common_name")),
        signed_at=_short(signature.get("time")),
        tools=_unique(f"{tool.get('name', '')} {tool.get('version', '')}".strip() for tool in generators),
        actions=_unique(str(action.get("action", "")).removeprefix("c2pa.") for action in actions),
        ingredients=_unique(entry.get("title") for entry in manifest.get("ingredients", [])),
        is_made_by_machine=any("AlgorithmicMedia" in str(action.get("digitalSourceType", "")) for action in actions),
    )


def _short(value: Any) -> str:
    return str(value or "")[:120]


def _unique(values: Any) -> list[str]:
    return list(dict.fromkeys(_short(value) for value in values if value))[:12]

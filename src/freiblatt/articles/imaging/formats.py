"""Formats beyond Pillow's own."""

import functools


@functools.cache
def register_heif() -> None:
    """Let Pillow read what telephones store (HEIC)."""
    from pillow_heif import register_heif_opener

    register_heif_opener()

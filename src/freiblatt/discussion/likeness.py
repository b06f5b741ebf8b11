"""How alike two texts are, for finding what is sent again and again with small changes (Charikar's similarity hash)."""

import hashlib
import re
import unicodedata

#: Shorter texts are alike by chance: "Vielen Dank!".
SHORTEST = 40
#: What follows hardly makes a text another one, and each letter costs time.
LONGEST = 1500
#: Of 64 bits, so many may differ between a text and its variation.
MOST_DIFFERENT_BITS = 6
_GRAM = 5
_LANE = 16
#: For each byte its eight bits, spread so that sums of up to 65,535 of them do not run into each other.
_SPREAD = [sum((byte >> bit & 1) << bit * _LANE for bit in range(8)) for byte in range(256)]


def fingerprint(text: str) -> int:
    """Return a signed 64-bit number that differs in few bits for texts that differ in few places; 0 for short ones."""
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKD", text).casefold())[:LONGEST]
    if len(plain) < SHORTEST:
        return 0
    grams = {plain[start : start + _GRAM] for start in range(len(plain) - _GRAM + 1)}
    sums = [0] * 8
    for gram in grams:
        for place, byte in enumerate(hashlib.blake2b(gram.encode(), digest_size=8).digest()):
            sums[place] += _SPREAD[byte]
    found = 0
    for one in sums:
        for bit in range(8):
            found = found << 1 | (2 * (one >> bit * _LANE & 0xFFFF) > len(grams))
    return found - (1 << 64) if found >> 63 else found


def are_alike(one: int, other: int) -> bool:
    """Return whether two fingerprints are those of one text with small changes; short texts are like nothing."""
    return bool(one and other) and ((one ^ other) & (2**64 - 1)).bit_count() <= MOST_DIFFERENT_BITS

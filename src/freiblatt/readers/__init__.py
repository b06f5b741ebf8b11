"""Readers who gave their mail address, and what they agreed to. They are not users and have no password.

A *reader* is one address. A *consent* is one thing that its owner agreed to, word for word, with the proof; it counts
once it was *confirmed* by a letter to that address (double opt-in). The *page* of a reader, where everything is seen,
withdrawn, taken away or erased, opens by a signed link that only a letter carries. What consents are for is known by
the rooms above, which name it in `purposes.py`; the room sends nothing but the letters that its own doors need.
"""

"""Telling readers what happens while they look: server-sent events, held open by the store before Django.

A *channel* names a subject as kind and key (`thread:12`). What happens there is a row, written in the transaction of
the change (`actions.announce`). The *hub* of every server process holds its readers' streams, watches the generation
words and reads the rows behind the last one it knows, once for all who listen. Counts and ids are told, never a text
and never a name: whoever wants those fetches the page.
"""

from freiblatt.pagestore.live.channels import Subject, register

__all__ = ["Subject", "register"]

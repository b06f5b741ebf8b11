"""Verbs for the operator: back up, restore, move to another database, upgrade."""

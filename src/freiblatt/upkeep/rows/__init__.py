"""Rows on their way from one kind of database to the other, table by table and never all at once.

Both sides have the tables of the same migrations. SQLite's declared column types say what a value is (a moment, a truth
value, a number of a known kind); in between, values are plain Python ones that both sides know. Every row goes into a
sum that does not depend on order, on the way out and again when the target is read, so that a table is either the same
or told. Nothing in here imports Django.
"""

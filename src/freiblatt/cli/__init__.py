"""The console: one module for each word after `freiblatt`; any other word falls through to Django.

A *word* is what stands after `freiblatt`. Its module has `add_arguments(parser)` and `run(arguments) -> int`, which
returns the exit status. `console.py` finds the word, `start.py` is what words share. Modules import Django inside
functions: the server's supervisor never needs it and stays small.
"""

"""The console: one module for each word after `freiblatt`; any other word falls through to Django."""

"""Measurements of the whole program, each as a ratio within one run, since machines differ and none is ever quiet.

`python -m bench` makes its own publications, serves them for real and loads them from another core.
"""

"""Passages of an article: what its words are, where a reader's words stand among them, and how both are shown.

A *passage* is a piece of one block of the body, counted in code points of the block's text. Nothing in here writes.
"""

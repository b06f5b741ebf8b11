"""How pictures are read and made: pixels, colours, metadata. Nothing in here knows a database."""

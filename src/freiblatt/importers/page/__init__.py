"""Moving in the text of one saved page: what a reader copied from a WordPress page with a wpDiscuz discussion.

`decode` makes text of bytes, `read` makes a `SavedPage` of text (no database, no clock), `actions` stores it, `report`
says what was done. `furniture` lists, in German and English, the words that belong to a site and not to its content.
"""

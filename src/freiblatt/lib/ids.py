"""Numbers of rows, as addresses and forms name them."""

#: The greatest number a database takes as an id; beyond it nothing is found, and asking would be an error.
GREATEST_ID = 2**63 - 1

"""Moving in: one folder for each kind of source, each with a reader of the source and one verb that stores it."""

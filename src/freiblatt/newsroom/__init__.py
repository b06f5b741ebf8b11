"""The people who make the publication, and the publication's own settings: staff members, name and look, menus."""

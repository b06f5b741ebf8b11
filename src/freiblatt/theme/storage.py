"""Static files under hashed names."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedStaticStorage(ManifestStaticFilesStorage):
    """Names carry a hash of the content, also inside ES modules, so that browsers may keep files for a year."""

    support_js_module_import_aggregation = True

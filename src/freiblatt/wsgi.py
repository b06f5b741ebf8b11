"""Django as a WSGI application; the page store stands before it (`asgi.py`)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "freiblatt.settings")

application = get_wsgi_application()

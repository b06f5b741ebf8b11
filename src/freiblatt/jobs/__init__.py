"""Work for later, on top of `django_tasks` and its database store.

A *job* is a function with `@task` that a room's `actions.py` enqueues; a *lease* says which worker holds it until when;
a *schedule* names due times that must fire once. The room knows neither what the jobs do nor why.
"""

"""Work for later, on top of `django_tasks` and its database store.

A *job* is a call of a function with `@task`, enqueued by a room's `actions.py` inside the transaction of its cause; a
*lease* says which worker holds it and until when; a *policy* says how often it is tried; a *schedule* names due times
that fire once. A job runs at least once, never exactly once: write it so that a second run does no harm. The room
knows neither what the jobs do nor why.
"""

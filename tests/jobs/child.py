"""A worker process for tests, with shorter times than the real one: `python -m tests.jobs.child`."""

import argparse
import sys

import django


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lease-seconds", type=float, default=40)
    parser.add_argument("--stop-seconds", type=float, default=20)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--parent", type=int)
    parser.add_argument("--with-schedules", action="store_true")
    chosen = parser.parse_args()
    django.setup()

    from freiblatt.jobs import schedules, worker

    if not chosen.with_schedules:
        # What the rooms do each minute or night would stand beside the jobs of a test whenever the clock says so.
        schedules._recurrences.clear()
    one = worker.Worker(
        threads=chosen.threads,
        lease_seconds=chosen.lease_seconds,
        stop_seconds=chosen.stop_seconds,
        poll_seconds=0.2,
    )
    return worker.serve(one, parent=chosen.parent)


if __name__ == "__main__":
    sys.exit(main())

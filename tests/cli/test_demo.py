"""Somebody looks at the demo, and a machine asks whether an installation works."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_init import environment

pytestmark = [pytest.mark.process, pytest.mark.once]


def test_demo_is_made_served_and_read(tmp_path: Path) -> None:
    # The variable speaks of a publication that the demo must never touch; a demo that believed it would fail here.
    strangers = {"FREIBLATT_DATABASE_URL": "sqlite:///none/real.sqlite3", "FREIBLATT_PUBLICATION": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "freiblatt", "demo", "--check"],
        cwd=tmp_path,
        env=environment(**strangers),
        capture_output=True,
        text=True,
        timeout=400,
        stdin=subprocess.DEVNULL,
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "ok: 9 addresses answered as they should."), (
        done.stdout + done.stderr
    )
    assert list(tmp_path.iterdir()) == []

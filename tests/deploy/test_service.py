"""The example of a systemd unit is one that systemd takes."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.processes import need

pytestmark = [pytest.mark.process, pytest.mark.once]

PROGRAM = "/srv/freiblatt/program/bin/freiblatt"


def test_systemd_understands_every_line_of_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    need("systemd-analyze", analyze is not None)
    shipped = (ROOT / "deploy" / "freiblatt.service").read_text(encoding="utf-8")
    assert f"ExecStart={PROGRAM} serve " in shipped
    # It wants to see a program that is there.
    unit = tmp_path / "freiblatt.service"
    unit.write_text(shipped.replace(PROGRAM, sys.executable), encoding="utf-8")
    said = subprocess.run([str(analyze), "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False)
    # Other units of the machine may have faults of their own.
    about_ours = [line for line in said.stderr.splitlines() if "freiblatt" in line]
    assert (said.returncode, about_ours) == (0, [])

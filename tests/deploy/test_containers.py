"""The files for containers fit the program, as far as that shows without a container engine."""

import json
import os
import re
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path

import pytest
import yaml

from freiblatt.config import PREFIX, Config
from freiblatt.config.proxies import networks
from freiblatt.pagestore import fingerprint, static
from tests.conftest import ROOT
from tests.deploy.front import CADDY
from tests.processes import Served, environment_of, free_port, need, publication_directory

COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
SERVICES = COMPOSE["services"]
HEALTH = json.loads(re.findall(r"^HEALTHCHECK .*? CMD (.*)$", DOCKERFILE, re.MULTILINE)[0])


def test_every_setting_exists() -> None:
    named = {*SERVICES["freiblatt"]["environment"], *re.findall(r"\b(FREIBLATT_[A-Z_]+)=", DOCKERFILE)}
    known = {PREFIX + key.upper() for key in Config.model_fields} | {f"{PREFIX}PUBLICATION"}
    assert named - known == set()
    assert len(named) >= 5


def test_program_believes_its_proxy_and_nobody_else() -> None:
    trusted = networks(json.loads(SERVICES["freiblatt"]["environment"]["FREIBLATT_TRUSTED_PROXIES"]))
    assert trusted == (COMPOSE["networks"]["front"]["ipam"]["config"][0]["subnet"],)
    assert ip_network(trusted[0]).is_private
    assert [name for name, service in SERVICES.items() if "front" in service["networks"]] == ["freiblatt", "caddy"]
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["caddy"]


def test_what_is_named_is_declared() -> None:
    for service in SERVICES.values():
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        sources = {volume.partition(":")[0] for volume in service.get("volumes", ())}
        files = {source for source in sources if source.startswith("./")}
        assert all((ROOT / "deploy" / file).is_file() for file in files)
        assert sources - files <= set(COMPOSE["volumes"])
        assert set(service.get("depends_on", ())) <= set(SERVICES)
    build = SERVICES["freiblatt"]["build"]
    assert (ROOT / "deploy" / build["context"] / build["dockerfile"]).resolve() == ROOT / "deploy" / "Dockerfile"
    assert {name for name, service in SERVICES.items() if "profiles" in service} == {"database", "valkey"}


def test_image_can_back_up_the_database_it_is_given() -> None:
    (server,) = re.findall(r"^postgres:(\d+)$", SERVICES["database"]["image"])
    program = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    (client,) = re.findall(r"apt-get install [^&]*\bpostgresql-client-(\d+)\b", program)
    assert int(client) >= int(server)
    # What Debian's release of that name carries, and whether the image is of that release.
    carried = {"bookworm": 15, "trixie": 17}
    (release,) = re.findall(r"FROM python:3\.12-slim-(\w+)\n", program)
    assert carried[release] == int(client)
    assert program.index("postgresql-client") < program.index("USER freiblatt")


def test_caddy_runs_the_file_that_is_shipped(tmp_path: Path) -> None:
    service = SERVICES["caddy"]
    assert "command" not in service  # the image's own one runs this file
    assert "./Caddyfile:/etc/caddy/Caddyfile:ro" in service["volumes"]
    shipped = (ROOT / "deploy" / "Caddyfile").read_text("utf-8")
    assert set(re.findall(r"\{\$([A-Z_]+)", shipped)) == set(service["environment"])
    need("caddy", CADDY is not None)
    environment = {**os.environ, "HOME": str(tmp_path), "FREIBLATT_HOST": "zeitung.example"}
    environment["FREIBLATT_PROGRAM"] = service["environment"]["FREIBLATT_PROGRAM"]
    adapted = subprocess.run(
        [str(CADDY), "adapt", "--config", str(ROOT / "deploy" / "Caddyfile"), "--adapter", "caddyfile"],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert '"host":["zeitung.example"]' in adapted.stdout
    assert '"dial":"freiblatt:8000"' in adapted.stdout
    assert '"exclude":["http.log.error"]' in adapted.stdout
    assert '"max_size":545259520' in adapted.stdout


def test_program_has_no_privilege_and_one_place_to_write() -> None:
    program = SERVICES["freiblatt"]
    assert program["read_only"]
    assert (program["cap_drop"], program["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
    assert program["volumes"] == ["blatt:/blatt"]
    instructions = [line.split()[0] for line in DOCKERFILE.splitlines() if re.match(r"[A-Z]+ ", line)]
    assert "USER freiblatt" in DOCKERFILE
    assert instructions.index("USER") < instructions.index("CMD")
    assert "FREIBLATT_PUBLICATION=/blatt" in DOCKERFILE
    assert 'CMD ["freiblatt", "serve"]' in DOCKERFILE


@pytest.mark.process
def test_health_check_tells_well_from_unwell(tmp_path: Path, django_db_setup: None, django_db_blocker) -> None:
    from freiblatt import config

    directory, port = tmp_path / "publication", free_port()
    facts = {"url": "https://blatt.example", "server_port": port, "server_jobs": False}
    with publication_directory(directory, django_db_blocker, **facts) as database_url:
        found = config.read(directory)
        found.static.mkdir(parents=True)
        (found.static / static.MARK_NAME).write_text(fingerprint.of_static_files(found))
        one = PublicServed(directory, environment_of(directory, database_url=database_url), port)

        def health() -> int:
            command = [sys.executable, *HEALTH[1:]]
            return subprocess.run(command, env=one.environment, capture_output=True, check=False).returncode

        try:
            assert HEALTH[0] == "python"
            assert health() != 0
            one.serve()
            assert health() == 0
        finally:
            one.end()
        assert health() != 0


class PublicServed(Served):
    """A server that knows itself by its public name."""

    def get(self, path: str, **options) -> tuple[int, str]:
        return super().get(path, Host="blatt.example", **options)

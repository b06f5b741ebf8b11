"""The examples in deploy/ say what the program says; `test_nginx.py` starts one of them."""

import re
from pathlib import Path

from freiblatt.config import Config
from freiblatt.pagestore.headers import common_headers, page_headers
from tests.conftest import ROOT

CONFIGURATION = ROOT / "deploy" / "nginx.conf"
HOST = "blatt.example"


def locations() -> list[str]:
    """Return the blocks of the configuration that send files."""
    blocks = re.findall(r"^    location .*?^    \}", CONFIGURATION.read_text(), re.MULTILINE | re.DOTALL)
    return [block for block in blocks if "proxy_pass" not in block]


def test_nginx_adds_the_headers_of_the_program(tmp_path: Path) -> None:
    config = Config(directory=tmp_path, name="X", url=f"https://{HOST}")
    page, *files = [
        {name.lower(): value for name, value in re.findall(r'add_header (\S+) "?(.*?)"?;$', block, re.MULTILINE)}
        for block in locations()
    ]
    proper = {"content-language": "$freiblatt_language", "vary": "accept-encoding", "last-modified": ""}
    assert page == dict(page_headers(config)) | proper
    for found in files:
        found.pop("vary", None)
        for_ever = {"cache-control": "public, max-age=31536000, immutable", "last-modified": ""}
        assert found == dict(common_headers(config)) | for_ever


def test_proxies_let_the_largest_recording_pass() -> None:
    most_bytes = Config.model_fields["recording_max_mb"].default * 1024**2
    nginx = re.search(r"client_max_body_size (\d+)m;", CONFIGURATION.read_text())
    caddy = re.search(r"max_size (\d+)MiB\b", (ROOT / "deploy" / "Caddyfile").read_text())
    assert nginx
    assert caddy
    # A form has a head and other fields besides.
    assert {int(found[1]) * 1024**2 > most_bytes for found in (nginx, caddy)} == {True}

"""The examples in deploy/ say what the program says."""

import re
from pathlib import Path

from freiblatt.config import Config
from freiblatt.pagestore.headers import common_headers, page_headers

ROOT = Path(__file__).resolve().parent.parent
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

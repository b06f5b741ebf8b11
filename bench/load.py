"""Load from another core: wrk for throughput, plain connections where each answer is looked at."""

import http.client
import json
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench import machine

#: wrk's summary as one line of JSON.
SUMMARY = """done = function(s, l, r)
  local e = s.errors
  io.write(string.format('\\n@{"requests":%d,"seconds":%.3f,"p50_ms":%.3f,"p99_ms":%.3f,"errors":%d}\\n',
    s.requests, s.duration/1e6, l:percentile(50)/1e3, l:percentile(99)/1e3,
    e.connect+e.read+e.write+e.status+e.timeout))
end
"""


@dataclass(frozen=True)
class Throughput:
    """What one run of load brought. `per_cpu_second` counts the CPU time of the server's process tree alone."""

    requests_per_second: float
    per_cpu_second: float
    p50_ms: float
    p99_ms: float
    errors: int


def throughput(url: str, *, pid: int, seconds: int, core: str, connections: int = 32) -> Throughput:
    """Return what the server `pid` answers at `url` over `connections` kept connections, asked for brotli."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SUMMARY)
        script.flush()
        command = ["taskset", "-c", core, "wrk", "-t1", f"-c{connections}", "--latency", "-s", script.name]
        command += ["-H", "Accept-Encoding: br"]
        subprocess.run([*command, "-d1", url], check=True, capture_output=True)
        before = machine.cpu_seconds(pid)
        result = subprocess.run([*command, f"-d{seconds}", url], check=True, capture_output=True, text=True)
        used = machine.cpu_seconds(pid) - before
    found = json.loads(next(line for line in result.stdout.splitlines() if line.startswith("@"))[1:])
    return Throughput(
        requests_per_second=found["requests"] / found["seconds"],
        per_cpu_second=found["requests"] / used if used else 0.0,
        p50_ms=found["p50_ms"],
        p99_ms=found["p99_ms"],
        errors=found["errors"],
    )


def get(port: int, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of one GET over a fresh connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"Connection": "close", **(headers or {})})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def wait_for(port: int, path: str, *, seconds: float) -> float:
    """Return the seconds until `path` answered 200. Raises TimeoutError."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds:
        try:
            if get(port, path)[0] == 200:
                return time.perf_counter() - begun
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.01)
    raise TimeoutError(f"{path} did not answer 200 within {seconds} seconds.")


def nginx_configuration(folder: Path, port: int, root: Path, index: str, upstream: int | None) -> Path:
    """Write a configuration of nginx with one worker for precompressed files below `root`; return its path."""
    modules = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")
    load = f"load_module {modules};" if modules.exists() else ""
    brotli = "brotli_static on;" if modules.exists() else ""
    behind = f"location @program {{ proxy_pass http://127.0.0.1:{upstream}; proxy_set_header Host $host; }}"
    path = folder / "nginx.conf"
    path.write_text(
        f"""{load}
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log warn; worker_rlimit_nofile 16384;
events {{ worker_connections 8192; multi_accept on; }}
http {{
  types {{ text/html html; }} default_type text/html; charset utf-8; access_log off; sendfile on; tcp_nopush on;
  keepalive_timeout 65; keepalive_requests 100000000; open_file_cache max=1000 inactive=60s;
  open_file_cache_valid 1s; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  gzip_static on; gzip_vary on; {brotli}
  server {{ listen 127.0.0.1:{port} backlog=4096; root {root};
    location / {{ try_files {index} {"@program" if upstream else "=404"}; }}
    {behind if upstream else ""} }}
}}
""",
        encoding="utf-8",
    )
    return path

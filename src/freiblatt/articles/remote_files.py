"""Public files that lie in a bucket: handed through under the publication's own address, part by part where asked."""

import functools
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags

from freiblatt.articles.models import WithheldFile
from freiblatt.config import current
from freiblatt.lib.bucket import Bucket, BucketError
from freiblatt.pagestore.files import is_public_name, type_of, upload_headers

CHUNK_BYTES = 256 * 1024


@functools.cache
def _bucket() -> Bucket | None:
    store = current().media_store
    return Bucket(store) if store else None


def remote_file(request: HttpRequest, name: str) -> HttpResponseBase | None:
    """Return the answer with the public file called `name`, or None where no reader may have it or there is none.

    What a row says to be withheld is not handed out, whether the store has moved it yet or not.
    """
    bucket = _bucket()
    if bucket is None or not is_public_name(name) or len(name) > 120:
        return None
    if WithheldFile.objects.filter(name=name, is_withheld=True).exists():
        return None
    try:
        return _answer(request, bucket, name)
    except FileNotFoundError:
        return None
    except BucketError:
        response = HttpResponse("503\n", status=503, content_type="text/plain; charset=utf-8")
        response["Cache-Control"], response["Retry-After"] = "no-store", "10"
        return response


def _answer(request: HttpRequest, bucket: Bucket, name: str) -> HttpResponseBase:
    facts = bucket.facts(f"media/{name}")
    headers = {
        **dict(upload_headers(name)),
        "etag": facts["ETag"],
        "accept-ranges": "bytes",
        "cross-origin-resource-policy": "same-origin",
    }
    if facts["ETag"] in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers=headers)
    size = facts["ContentLength"]
    first, last, status = _asked(request, size, facts["ETag"])
    if status == 416:
        return HttpResponse(
            status=416, headers={**headers, "cache-control": "no-store", "content-range": f"bytes */{size}"}
        )
    if status == 206:
        headers["content-range"] = f"bytes {first}-{last}/{size}"
    headers["content-length"] = str(last - first + 1)
    if request.method == "HEAD" or not size:
        return HttpResponse(status=status, headers=headers, content_type=type_of(name))
    # That very content: had it been replaced since, the store would refuse.
    conditions = {"IfMatch": facts["ETag"], **({"Range": f"bytes={first}-{last}"} if status == 206 else {})}
    stream, _said = bucket.open(f"media/{name}", **conditions)
    return StreamingHttpResponse(
        stream.iter_chunks(CHUNK_BYTES), status=status, headers=headers, content_type=type_of(name)
    )


def _asked(request: HttpRequest, size: int, etag: str) -> tuple[int, int, int]:
    """Return first and last byte to send, and the status: 200 for all, 206 for a part, 416 for what is not there."""
    asked = request.headers.get("Range", "")
    everything = 0, size - 1, 200
    if not asked.startswith("bytes=") or request.headers.get("If-Range", etag) != etag:
        return everything
    first, dash, last = asked.removeprefix("bytes=").strip().partition("-")
    # More digits than any place has: beyond the end.
    numbers: list[Any] = [int(one[:18]) if one.isascii() and one.isdecimal() else None for one in (first, last)]
    if not dash or (first and numbers[0] is None) or (last and numbers[1] is None) or not (first or last):
        return everything
    start = numbers[0] if first else max(0, size - numbers[1])
    end = min(numbers[1], size - 1) if first and last else size - 1
    if first and last and numbers[1] < numbers[0]:
        return everything
    return (0, 0, 416) if start >= size or (not first and numbers[1] == 0) else (start, end, 206)

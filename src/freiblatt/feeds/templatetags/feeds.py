"""What the head of a page tells machines."""

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def head_metadata(context: Context) -> SafeString:
    """Return title and canonical address."""
    subject = context.get("page") or context.get("author") or context.get("topic") or context.get("publication")
    title = context.get("page_title") or getattr(subject, "title", None) or str(subject or "")
    canonical = context.get("canonical_url")
    link = format_html('<link rel="canonical" href="{}">', canonical) if canonical else SafeString("")
    return format_html("<title>{}</title>\n{}", title, link)

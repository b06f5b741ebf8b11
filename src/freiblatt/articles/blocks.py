"""What an article's body may contain."""

from wagtail.blocks import RichTextBlock

from freiblatt.articles import body

TEXT_FEATURES = ["h2", "h3", "bold", "italic", "superscript", "subscript", "ol", "ul", "link", "document-link"]
for feature in TEXT_FEATURES:
    body.register_text_feature(feature)


body.register_block("text", RichTextBlock())

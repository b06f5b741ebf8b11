"""What an article's body may contain. Importing this package registers the blocks of this room."""

from freiblatt.articles import body
from freiblatt.articles.blocks.embeds import EmbedBlock
from freiblatt.articles.blocks.files import DocumentBlock, RecordingBlock
from freiblatt.articles.blocks.pictures import GalleryBlock, LostPictureBlock, PictureBlock
from freiblatt.articles.blocks.tables import TableBlock
from freiblatt.articles.blocks.text import DividerBlock, ForeignTextBlock, InfoboxBlock, QuotationBlock, TextBlock

for feature in ("h2", "h3", "bold", "italic", "superscript", "subscript", "ol", "ul", "link", "document-link"):
    body.register_text_feature(feature)

for name, block in (
    ("text", TextBlock()),
    ("picture", PictureBlock()),
    ("gallery", GalleryBlock()),
    ("quotation", QuotationBlock()),
    ("infobox", InfoboxBlock()),
    ("table", TableBlock()),
    ("document", DocumentBlock()),
    ("recording", RecordingBlock()),
    ("embed", EmbedBlock()),
    ("foreign_text", ForeignTextBlock()),
    ("divider", DividerBlock()),
    ("lost_picture", LostPictureBlock()),
):
    body.register_block(name, block)

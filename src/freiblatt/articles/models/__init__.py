"""What the room keeps: pages, people, topics, pictures, documents."""

from freiblatt.articles.models.documents import ArticleDocument, Recording
from freiblatt.articles.models.pages import (
    ArticlePage,
    FrontPage,
    FrontSlot,
    PlainPage,
    SectionPage,
    SlotSize,
)
from freiblatt.articles.models.people import Author, AuthorText, Byline, BylineRole
from freiblatt.articles.models.pictures import Picture, PictureFile, PictureFormat, PictureRendition, picture_url
from freiblatt.articles.models.topics import Topic

__all__ = [
    "ArticleDocument",
    "ArticlePage",
    "Author",
    "AuthorText",
    "Byline",
    "BylineRole",
    "FrontPage",
    "FrontSlot",
    "Picture",
    "PictureFile",
    "PictureFormat",
    "PictureRendition",
    "PlainPage",
    "Recording",
    "SectionPage",
    "SlotSize",
    "Topic",
    "picture_url",
]

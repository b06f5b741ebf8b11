"""What the room keeps: pages, people, topics, pictures, documents."""

from freiblatt.articles.models.article import ArticlePage
from freiblatt.articles.models.checks import Check, SecondPersonCheck
from freiblatt.articles.models.documents import ArticleDocument, Recording
from freiblatt.articles.models.front import FrontPage, FrontSlot, SlotSize
from freiblatt.articles.models.listing import Listing
from freiblatt.articles.models.order import in_tree_order
from freiblatt.articles.models.people import Author, AuthorText, Byline, BylineRole, DraftByline
from freiblatt.articles.models.pictures import Picture, PictureFile, PictureFormat, PictureRendition, picture_url
from freiblatt.articles.models.plain import PlainPage
from freiblatt.articles.models.removed import RemovedAddress
from freiblatt.articles.models.section import SectionPage
from freiblatt.articles.models.shares import SharedDraft
from freiblatt.articles.models.topics import Topic
from freiblatt.articles.models.withdrawals import Withdrawal, WithheldFile

__all__ = [
    "ArticleDocument",
    "ArticlePage",
    "Author",
    "AuthorText",
    "Byline",
    "BylineRole",
    "Check",
    "DraftByline",
    "FrontPage",
    "FrontSlot",
    "Listing",
    "Picture",
    "PictureFile",
    "PictureFormat",
    "PictureRendition",
    "PlainPage",
    "Recording",
    "RemovedAddress",
    "SecondPersonCheck",
    "SectionPage",
    "SharedDraft",
    "SlotSize",
    "Topic",
    "Withdrawal",
    "WithheldFile",
    "in_tree_order",
    "picture_url",
]

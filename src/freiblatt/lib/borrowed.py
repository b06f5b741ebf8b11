"""Words of libraries that our screens show and that the library leaves untranslated, or says unlike the rest of ours.

Nothing imports this module. The catalogues are collected from it, and ours come before those of the libraries.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

WAGTAILMEDIA = (
    gettext_noop("media items"),
    gettext_noop("Field"),
    gettext_noop("(Private %s)"),
    gettext_noop("Edit this %s"),
    ngettext_lazy(
        '<span>%(total)s</span> Media file <span class="visuallyhidden w-sr-only">created in %(site_name)s</span>',
        '<span>%(total)s</span> Media files <span class="visuallyhidden w-sr-only">created in %(site_name)s</span>',
        0,
    ),
)
TAGGIT = (gettext_noop("tags"), gettext_noop("Taggit"))
WAGTAIL = (
    gettext_noop("Home"),
    gettext_noop("Breadcrumb"),
    gettext_noop("Toggle breadcrumbs"),
    gettext_noop("Update"),
    gettext_noop("Dashboard"),
    gettext_noop("Locale"),
    gettext_noop("locale"),
    gettext_noop("Locale: "),
    gettext_noop("Available in %(translations_total)s locales"),
    gettext_noop("Switch locales"),
    gettext_noop("Select a new language"),
    gettext_noop("slug"),
    gettext_noop("The name of the page as it will appear in URLs e.g http://domain.com/blog/[my-slug]/"),
    gettext_noop("meta description"),
    gettext_noop("Editing"),
    gettext_noop("Editing %(page_type)s"),
    gettext_noop("Comment notifications"),
    gettext_noop("updated comments notifications"),
    gettext_noop("Anyone can edit this %(model_name)s"),
    gettext_noop("Anyone can edit this %(model_name)s – lock it to prevent others from editing"),
    gettext_noop("Choose who can view the live version of this page"),
    gettext_noop("Select a new parent page"),
    gettext_noop("Select documents in choosers"),
    gettext_noop("Select images in choosers"),
    gettext_noop("Filesize"),
    gettext_noop("Max dimensions"),
)
#: What a newsroom does with a draft is a check; only comments are moderated. English says so too: locale/en.
CHECKS = (
    gettext_noop("Submit for moderation"),
    gettext_noop("In Moderation"),
    gettext_noop("No pages/snippets have been submitted for moderation yet"),
    gettext_noop("This page hasn't been submitted for moderation yet"),
    gettext_noop("This %(model_name)s hasn't been submitted for moderation yet"),
    gettext_noop("%(model_name)s '%(object)s' has been submitted for moderation."),
    gettext_noop("%(model_name)s '%(object)s' created and submitted for moderation."),
    gettext_noop("Page '%(page_title)s' created and submitted for moderation."),
    gettext_noop("Page '%(page_title)s' has been submitted for moderation."),
    gettext_noop("The page '%(page_title)s' is not currently awaiting moderation."),
    gettext_noop("The page '%(page_title)s' is not currently awaiting moderation in task '%(task_name)s'."),
)

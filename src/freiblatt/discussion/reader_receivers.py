"""What the room hears of readers: they agree, withdraw, leave by one click, take their data away, are erased."""

from typing import Any

from django.db.models import Q, Sum
from django.dispatch import receiver

from freiblatt.discussion.actions.ending import erase_comment
from freiblatt.discussion.actions.following import begin_letters, end_letters
from freiblatt.discussion.actions.voting import reader_key, take_votes_back
from freiblatt.discussion.following import COMMENT, KINDS
from freiblatt.discussion.models import (
    Comment,
    CommentQuerySet,
    CommentState,
    Decision,
    ObjectionSide,
    Vote,
    WriterRecord,
)
from freiblatt.letters.models import Subscription
from freiblatt.letters.signals import subscription_ended
from freiblatt.readers import actions as readers
from freiblatt.readers.models import Consent, Reader
from freiblatt.readers.signals import consent_given, consent_withdrawn, reader_erased, reader_export_asked


@receiver(consent_given)
def begin(consent: Consent, **kwargs: Any) -> None:
    """Know the writer, or begin the letters."""
    begin_letters(consent=consent)


@receiver(consent_withdrawn)
def end(consent: Consent, **kwargs: Any) -> None:
    """Forget who wrote, or end the letters."""
    end_letters(consent=consent)


@receiver(subscription_ended)
def withdraw_consent(subscription: Subscription, **kwargs: Any) -> None:
    """Take one click in a letter for what it is: the consent is withdrawn."""
    purposes = [purpose for purpose, kind in KINDS.items() if kind == subscription.kind]
    consents = Consent.objects.filter(
        reader__address_key=subscription.address_key,
        purpose__in=purposes,
        subject_key=subscription.key,
        withdrawn_at__isnull=True,
    )
    for consent in consents:
        readers.withdraw(consent=consent)


def comments_of(reader: Reader) -> CommentQuerySet:
    """Return every comment that a reader has shown to have written, those under a name that was another's included."""
    claimed = reader.consents.standing().filter(purpose=COMMENT).values_list("subject_key", flat=True)
    return Comment.objects.filter(Q(reader=reader) | Q(pk__in=[int(key) for key in claimed if key.isdecimal()]))


@receiver(reader_export_asked)
def hand_out(reader: Reader, **kwargs: Any) -> dict[str, object]:
    """Return what the room knows of a reader."""
    comments = comments_of(reader).select_related("thread__article").order_by("pk")
    comments = comments.prefetch_related("versions", "decisions__rule", "decisions__objections")
    return {
        "discussion": {
            "comments": [
                {
                    "number": one.pk,
                    "article": one.thread.article.title,
                    "state": one.state,
                    "name": one.guest_name,
                    "text": one.source_text,
                    "written": one.created_on,
                    "edited": one.edited_on,
                    "answers_comment": one.parent_id,
                    "earlier_versions": [version.source_text for version in one.versions.all()],
                    "decisions": [_told(made) for made in one.decisions.all()],
                }
                for one in comments
            ],
            "refused_and_withdrawn": WriterRecord.objects.filter(reader=reader).aggregate(n=Sum("n_refused"))["n"] or 0,
            "votes": [
                {"comment": one.comment_id, "value": one.value}
                for one in Vote.objects.filter(voter_key=reader_key(reader)).order_by("pk")
            ],
        }
    }


def _told(decision: Decision) -> dict[str, object]:
    """Return a decision about a comment as its writer may read it, with what the writer said against it."""
    return {
        "decision": decision.kind,
        "made": decision.made_on,
        "cause": decision.origin,
        "rule": decision.rule.code if decision.rule is not None else "",
        "words": decision.words,
        "legal_ground": decision.legal_basis,
        "objections": [
            {"text": one.text, "made": one.made_on, "state": one.state, "answer": one.answer}
            for one in decision.objections.all()
            if one.side == ObjectionSide.WRITER
        ],
    }


@receiver(reader_erased)
def erase_all(reader: Reader, **kwargs: Any) -> None:
    """Erase every comment and every vote of a reader."""
    for comment in comments_of(reader).order_by("-pk"):
        if comment.state != CommentState.ERASED:
            erase_comment(comment=comment)
    take_votes_back(reader=reader)

"""Notes changes of single fields, for things that are set rather than written."""

from functools import partial
from typing import Any

from django.db.models import Model
from django.db.models.fields.files import FieldFile
from django.db.models.signals import post_delete, post_save, pre_save
from wagtail.log_actions import log

CHANGED, DELETED = "newsroom.changed", "newsroom.deleted"
#: Signs kept of a value: a note in the footer has up to 600, and the log is no place to keep texts.
LONGEST = 200


def watch(model: type[Model], *fields: str, parent: str = "") -> None:
    """Note which of `fields` of a `model` was changed, added or taken away, from what to what; called in `ready()`.

    `parent` names the field by which a row belongs to a thing that is edited as one (a link to its menu): it is noted
    there. Bulk operations of the database pass unseen.
    """
    options = {"fields": fields, "parent": parent}
    receivers = [
        (pre_save, _remember),
        (post_save, _note_saved),
        *([(post_delete, _note_row_deleted)] if parent else []),
    ]
    for signal, receiver in receivers:
        uid = f"audit.{model._meta.label}.{receiver.__name__}"
        signal.connect(partial(receiver, **options), sender=model, weak=False, dispatch_uid=uid)


def watch_deletion(*models: type[Model]) -> None:
    """Note when a thing of these kinds is deleted, under the name that it had; called in `ready()`."""
    for model in models:
        post_delete.connect(_note_deleted, sender=model, dispatch_uid=f"audit.{model._meta.label}.deleted")


def _remember(
    sender: type[Model],
    instance: Any,
    fields: tuple[str, ...],
    raw: bool = False,
    update_fields: Any = None,
    **kwargs: Any,
) -> None:
    """Remember what is stored before it is overwritten; a row that is new gives None."""
    vars(instance).pop("_stored_before", None)
    if not raw and (update_fields is None or not set(fields).isdisjoint(update_fields)):
        instance._stored_before = sender._base_manager.filter(pk=instance.pk).first() if instance.pk else None


def _note_saved(instance: Any, fields: tuple[str, ...], parent: str, **kwargs: Any) -> None:
    if "_stored_before" not in vars(instance):
        return
    before = vars(instance).pop("_stored_before")
    changes = []
    for name in fields:
        old, new = _value(before, name), _value(instance, name)
        is_untouched = before is None and new in (False, instance._meta.get_field(name).get_default())
        if old != new and not is_untouched:
            changes.append({"field": name, "before": _shown(before, name), "after": _shown(instance, name)})
    _log(instance, parent, changes)


def _note_row_deleted(instance: Any, fields: tuple[str, ...], parent: str, origin: Any = None, **kwargs: Any) -> None:
    """Note that a row was taken away; not where the thing goes to which it belongs, of which that is noted itself."""
    begun_with = type(origin) if isinstance(origin, Model) else getattr(origin, "model", type(instance))
    if isinstance(instance, begun_with):
        taken = ({"field": name, "before": _shown(instance, name), "after": ""} for name in fields)
        _log(instance, parent, [one for one in taken if one["before"] not in ("", False)])


def _note_deleted(instance: Model, **kwargs: Any) -> None:
    log(instance=instance, action=DELETED, deleted=True)


def _log(instance: Any, parent: str, changes: list[dict[str, Any]]) -> None:
    if changes:
        data = {"model": instance._meta.label_lower, "of": str(instance) if parent else "", "changes": changes}
        log(instance=getattr(instance, parent) if parent else instance, action=CHANGED, data=data, content_changed=True)


def _value(instance: Any, name: str) -> Any:
    """Return what is compared; nothing, an empty text and no file are the same."""
    value = getattr(instance, instance._meta.get_field(name).attname) if instance is not None else None
    if isinstance(value, FieldFile):
        value = value.name
    return value if value != "" else None


def _shown(instance: Any, name: str) -> str | bool:
    """Return what is kept of a value: text, cut; yes and no as they are, which have a name in every language."""
    if instance is None or _value(instance, name) is None:
        return ""
    value = getattr(instance, name)
    text = str(value)
    return value if isinstance(value, bool) else text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"

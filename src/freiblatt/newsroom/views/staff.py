"""The list of people: inviting, roles, closing an account, lost factors."""

import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.admin.ui.tables import BooleanColumn, BulkActionsCheckboxColumn, Column, DateColumn
from wagtail.users.models import UserProfile
from wagtail.users.views.users import CreateView, DeleteView, EditView, IndexView, UserViewSet

from freiblatt.letters.actions import LetterError
from freiblatt.newsroom.actions import (
    AddressError,
    RoleError,
    StaffError,
    change_address,
    deactivate,
    delete_member,
    give_roles,
    has_second_factor,
    invite,
    invite_again,
    reactivate,
    reset_factors,
)
from freiblatt.newsroom.forms.staff import StaffForm
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role, roles_of
from freiblatt.newsroom.views.proof import proved_lately

REFUSALS = (AddressError, LetterError, RoleError, StaffError)


class PeopleView(IndexView):
    """Everybody, with roles and ways in."""

    page_title = _("People")
    add_item_label = _("Invite somebody")

    @cached_property
    def columns(self) -> list[Column]:
        """Return Wagtail's columns that mean something here, and ours. Nobody is changed in heaps."""
        kept = [
            column
            for column in super().columns
            if not isinstance(column, BulkActionsCheckboxColumn | BooleanColumn | DateColumn)
            and column.name not in ("is_superuser", "username")
        ]
        for column in kept:
            if column.name == StaffMember.USERNAME_FIELD:
                column.label = _("Mail address")
        return [
            *kept,
            Column("email", label=_("Mail address"), sort_key="email"),
            Column("roles", accessor=roles_in_words, label=_("Roles")),
            Column("state", accessor=state_in_words, label=_("State")),
            DateColumn("last_login", label=_("Last sign-in"), sort_key="last_login"),
        ]


def roles_in_words(member: StaffMember) -> str:
    """Return the member's roles, in the order of the table."""
    names = set(member.groups.values_list("name", flat=True))
    return ", ".join(str(role.label) for role in Role if role.value in names)


def state_in_words(member: StaffMember) -> str:
    """Return whether the account is closed or was never used, and what it is protected by."""
    if not member.is_active:
        return str(_("Closed"))
    if member.last_login is None:
        return str(_("Never signed in"))
    return str(_("Second factor set up") if has_second_factor(member=member) else _("Password only"))


@method_decorator(proved_lately, name="post")
class InviteView(CreateView):
    """Inviting somebody."""

    page_title = _("Invite somebody")
    submit_button_label = _("Invite")
    success_message = _("%(object)s is invited.")
    error_message = _("Nobody is invited yet: something below is missing or wrong.")

    def form_valid(self, form: StaffForm) -> HttpResponse:
        """Invite, or say why not."""
        try:
            return super().form_valid(form)
        except REFUSALS as error:
            form.add_error(None, str(error))
            self.form, self.produced_error_message, self.produced_error_code = form, None, None
            return self.form_invalid(form)

    def get_page_subtitle(self) -> str:
        """Return nothing more than the title, which says what is done here."""
        return ""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the way here, which ends with the title too."""
        return [*super().get_breadcrumbs_items()[:-1], {"url": "", "label": self.page_title}]

    def save_instance(self) -> StaffMember:
        """Return the new member."""
        data = self.form.cleaned_data
        member, link = invite(
            email=data["email"],
            roles=[Role(name) for name in data["roles"]],
            first_name=data["first_name"],
            last_name=data["last_name"],
            language=data["language"],
            by=self.request.user,
        )
        show_link(self.request, link)
        return member


@method_decorator(proved_lately, name="post")
class EditPersonView(EditView):
    """Name, address and roles of a member; above them what can be done with the account."""

    success_message = _("%(object)s is changed.")
    error_message = _("Nothing is changed yet: something below is missing or wrong.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the buttons depend on."""
        member = StaffMember.objects.get(pk=self.object.pk)
        return {
            **super().get_context_data(**kwargs),
            "person": member,
            "state": state_in_words(member),
            "has_factor": has_second_factor(member=member),
            "is_self": member.pk == self.request.user.pk,
        }

    def form_valid(self, form: StaffForm) -> HttpResponse:
        """Store, or say why not."""
        try:
            return super().form_valid(form)
        except REFUSALS as error:
            form.add_error(None, str(error))
            self.form, self.produced_error_message, self.produced_error_code = form, None, None
            return self.form_invalid(form)

    def save_instance(self) -> StaffMember:
        """Return the changed member."""
        data, by = self.form.cleaned_data, self.request.user
        member = StaffMember.objects.get(pk=self.object.pk)
        if data["email"] != member.email.lower():
            change_address(member=member, email=data["email"], by=by)
        member.first_name, member.last_name = data["first_name"], data["last_name"]
        member.save(update_fields=["first_name", "last_name"])
        if set(data["roles"]) != {role.value for role in roles_of(member)}:
            give_roles(member=member, roles=[Role(name) for name in data["roles"]], by=by)
        UserProfile.objects.update_or_create(user=member, defaults={"preferred_language": data["language"]})
        return member


@method_decorator(proved_lately, name="post")
class DeletePersonView(DeleteView):
    """Removing a member for good."""

    def delete_action(self) -> None:
        """Remove the member, unless nobody would be left who may do everything."""
        delete_member(member=self.object, by=self.request.user)

    def form_valid(self, form: Any) -> HttpResponse:
        """Remove, or say why not."""
        try:
            return super().form_valid(form)
        except REFUSALS as error:
            messages.error(self.request, str(error))
            return redirect("wagtailusers_users:edit", self.object.pk)


class StaffViewSet(UserViewSet):
    """Wagtail's list of users, by our rules."""

    index_view_class = PeopleView
    add_view_class = InviteView
    edit_view_class = EditPersonView
    delete_view_class = DeletePersonView
    # Said here, because Wagtail's own pages of this name, whose form has other fields, come before a view's template.
    create_template_name = edit_template_name = "newsroom/people/form.html"
    copy_view_enabled = False
    menu_label = _("People")

    def get_form_class(self, for_update: bool = False) -> type[StaffForm]:
        """Return our form."""
        return StaffForm


def show_link(request: HttpRequest, link: str) -> None:
    """Say where the link went; without a mail server show it, this once."""
    if settings.MAIL_HAS_SERVER:
        messages.success(request, _("The invitation is on its way by mail."))
    else:
        messages.warning(
            request,
            _("There is no mail server. Hand this link over yourself; it is shown this once: %(link)s")
            % {"link": link},
        )


def _person(pk: int) -> StaffMember:
    return get_object_or_404(StaffMember, pk=pk)


def button(view: Callable[[HttpRequest, int], HttpResponse]) -> Callable[[HttpRequest, int], HttpResponse]:
    """Let `view` answer a button on a member's page, for owners who proved lately who they are.

    Whoever opens its address without pressing, also after a proof that came too late, is led to the page.
    """

    @permission_required("newsroom.change_staffmember")
    @functools.wraps(view)
    def wrapped(request: HttpRequest, pk: int) -> HttpResponse:
        if request.method != "POST":
            return redirect("wagtailusers_users:edit", pk)
        return pressed(request, pk)

    pressed = proved_lately(view)
    return wrapped


@button
def person_invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a new one-time link; earlier ones stop working."""
    try:
        show_link(request, invite_again(member=_person(pk), by=request.user))
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("wagtailusers_users:edit", pk)


@button
def person_open_or_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account, or open it again."""
    member = _person(pk)
    was_open = member.is_active
    try:
        (deactivate if was_open else reactivate)(member=member, by=request.user)
    except REFUSALS as error:
        messages.error(request, str(error))
    else:
        if was_open and member.pk == request.user.pk:
            logout(request)
            return redirect("account_login")
        messages.success(request, _("The account is closed.") if was_open else _("The account is open again."))
    return redirect("wagtailusers_users:edit", pk)


@button
def person_reset_factors(request: HttpRequest, pk: int) -> HttpResponse:
    """Take lost passkeys, app and codes away."""
    if pk == request.user.pk:
        messages.error(request, _("Your own passkeys and app are changed under “Sign-in and security”."))
        return redirect("wagtailusers_users:edit", pk)
    reset_factors(member=_person(pk), by=request.user)
    messages.success(request, _("Passkeys, app and recovery codes are taken away, all sessions are ended."))
    return redirect("wagtailusers_users:edit", pk)

"""Every role before every door of the admin: who gets in, and who is sent away.

A door that the table does not know fails the test: say who may pass it, and it stands in the table for good.
"""

import re

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from freiblatt.lib import limits
from freiblatt.newsroom import roles
from freiblatt.newsroom.roles import Role
from tests.newsroom.walk import Door, World, doors

pytestmark = pytest.mark.django_db

STRANGER = None
ALL = {*Role}
WRITERS = {Role.OWNER, Role.EDITOR, Role.AUTHOR}
EDITORS = {Role.OWNER, Role.EDITOR}
MODERATORS = {Role.OWNER, Role.EDITOR, Role.MODERATOR}
OWNERS = {Role.OWNER}

#: Names of doors, or routes of those that have none or share one. `{snippet}` stands for the names in braces.
OPEN_TO_STRANGERS = """
    wagtailadmin_login wagtailadmin_sprite wagtailadmin_javascript_catalog
    account_login mfa_login_webauthn mfa_authenticate newsroom_give_up newsroom_forgotten newsroom_link newsroom_welcome
    wagtailadmin_password_reset wagtailadmin_password_reset_done wagtailadmin_password_reset_confirm
    wagtailadmin_password_reset_complete
"""
FOR_ALL = """
    wagtailadmin_home wagtailadmin_account wagtailadmin_logout wagtailadmin_dismissibles account_logout
    mfa_index mfa_activate_totp mfa_deactivate_totp mfa_add_webauthn mfa_edit_webauthn mfa_remove_webauthn
    mfa_view_recovery_codes mfa_generate_recovery_codes mfa_reauthenticate mfa_reauthenticate_webauthn
    account_reauthenticate newsroom_password newsroom_address newsroom_leave_session newsroom_leave_others
    admin/settings/<slug:app_name>/<slug:model_name>/ discussion_desk:{asked,answer_question}
"""
FOR_WRITERS = """
    wagtailadmin_explore_root wagtailadmin_explore wagtailadmin_explore_results
    wagtailadmin_pages:{add,preview_on_add,type_use,type_use_results,choose_parent,add_subpage,search,search_results}
    wagtailadmin_pages:{convert_alias,move_confirm,confirm_workflow_cancellation,revisions_index}
    wagtailadmin_choose_page wagtailadmin_choose_page_child wagtailadmin_choose_page_search
    wagtailadmin_choose_page_chosen_multiple wagtailadmin_choose_page_external_link wagtailadmin_choose_page_email_link
    wagtailadmin_choose_page_phone_link wagtailadmin_choose_page_anchor_link
    wagtailadmin_tag_autocomplete wagtailadmin_tag_model_autocomplete wagtailadmin_block_preview
    wagtailadmin_api:pages:{listing,detail,find} wagtailadmin_editing_sessions:{ping,release} wagtail_bulk_action
    wagtailadmin_reports:{workflow,workflow_results,workflow_tasks,workflow_tasks_results}
    wagtailadmin_reports:{aging_pages,aging_pages_results,page_types_usage,page_types_usage_results}
    articles_original articles_rendition discussion_desk:corrections
    wagtaildocs:{index,index_results,add,add_multiple,create_multiple_from_uploaded_document,delete_upload_multiple}
    wagtaildocs_chooser:{choose,choose_results,chosen,chosen_multiple,create}
    wagtailimages:{index,index_results,add,add_multiple,create_multiple_from_uploaded_image,delete_upload_multiple}
    wagtailimages_chooser:{choose,choose_results,chosen,chosen_multiple,create,select_format}
    wagtailmedia:{index,add,chooser,chooser_typed,chooser_upload,media_usage}
    wagtailsnippetchoosers_{articles_author,articles_topic,newsroom_menu}:{choose,choose_results,chosen,chosen_multiple}
    wagtailsnippetchoosers_discussion_houserule:{choose,choose_results,chosen,chosen_multiple}
"""
#: Authors come in with what they made themselves, and not with what others made.
FOR_AUTHORS_OWN = """
    wagtailadmin_pages:{edit,preview_on_edit,view_draft,delete,move,copy,usage,history,history_results}
    wagtailadmin_pages:{revisions_view,revisions_revert,revisions_compare,workflow_history,workflow_history_detail}
    wagtaildocs:{edit,delete,edit_multiple,delete_multiple,document_usage}
    wagtailimages:{edit,delete,edit_multiple,delete_multiple,image_usage,preview}
    wagtailmedia:{edit,delete,media_chosen}
    articles_versions articles_shares articles_revoke_share articles_publish_alone discussion_desk:ask_at
"""
FOR_EDITORS = """
    articles_withdraw
    letters:{mailbox,letter,knock,again}
    wagtailadmin_pages:{unpublish,set_page_position,set_privacy,lock,unlock,revisions_unschedule}
    wagtailadmin_pages:{workflow_action,collect_workflow_action_data,workflow_preview}
    wagtailadmin_collections:{index,add,edit,delete,set_privacy} jobs:{overview,again,again_all}
    wagtailadmin_reports:{locked_pages,locked_pages_results}
    wagtailredirects:{index,index_results,add,edit,delete,start_import,process_import}
    simple_translation:{submit_page_translation,submit_snippet_translation}
    wagtailsnippets_articles_author:{list,list_results,add,edit,delete,usage,history,history_results,copy}
    wagtailsnippets_articles_topic:{list,list_results,add,edit,delete,usage,history,history_results,copy}
    wagtailsnippets_newsroom_menu:{list,list_results,add,edit,delete,usage,history,history_results,copy}
    wagtailsnippetchoosers_{articles_author,articles_topic,newsroom_menu,discussion_houserule}:create
    wagtailsnippets_discussion_houserule:{add,edit,copy,usage,history,history_results}
"""
FOR_MODERATORS = """
    discussion_desk:{queue,decide,heap,threads,thread,hold_all}
    wagtailsnippets_discussion_houserule:{list,list_results}
"""
#: Who looks after the discussion speaks below every article, authors below their own.
FOR_SPEAKERS = """
    discussion_desk:{answer,ask}
"""
FOR_OWNERS = """
    newsroom_audit newsroom_audit_results upkeep_backups
    letters:{html,suppressed,decide,release,discard,held}
    jobs:discard
    wagtailsnippets_discussion_houserule:delete
    newsroom_invite_again newsroom_open_or_close newsroom_reset_factors
    wagtailadmin_workflows:{index,index_results,add,enable,disable,edit,usage,usage_results,remove}
    wagtailadmin_workflows:{add_task,select_task_type,task_index,task_index_results,edit_task,disable_task,enable_task}
    wagtailadmin_workflows:{task_chooser,task_chooser_results,task_chooser_create,task_chosen}
    wagtailsettings:{edit,preview_on_edit}
    wagtailusers_users:{index,index_results,add,edit,delete,history,history_results,usage}
"""
CLOSED = """
    admin/test404/ admin/^.*/$ wagtailadmin_error_test
    wagtailadmin_api:pages:action
    wagtailadmin_api:documents:{listing,detail,find} wagtailadmin_api:images:{listing,detail,find}
    wagtailadmin_reports:{site_history,site_history_results}
    wagtailembeds:{chooser,chooser_upload} wagtailimages:{url_generator,url_generator_output} wagtailsnippets:index
    wagtailsites:{index,index_results,add,edit,delete,history,history_results,usage,copy}
    wagtaillocales:{index,index_results,add,edit,delete,history,history_results,usage}
    wagtailusers_groups:{index,index_results,add,edit,delete,history,history_results,usage}
"""


def names_in(words: str) -> list[str]:
    """Return the names of a table; braces hold what may stand in their place, as in a shell."""
    found = words.split()
    while any("{" in word for word in found):
        found = [
            word.replace("{" + inside + "}", one, 1)
            for word in found
            for inside in [(re.search(r"{(.*?)}", word) or [None, ""])[1]]
            for one in inside.split(",")
        ]
    return found


TABLE = [
    (OPEN_TO_STRANGERS, {*ALL, STRANGER}),
    (FOR_ALL, ALL),
    (FOR_WRITERS, WRITERS),
    (FOR_AUTHORS_OWN, WRITERS),
    (FOR_EDITORS, EDITORS),
    (FOR_MODERATORS, MODERATORS),
    (FOR_SPEAKERS, {*MODERATORS, Role.AUTHOR}),
    (FOR_OWNERS, OWNERS),
    (CLOSED, set()),
]
EXPECTED = {name: who for words, who in TABLE for name in names_in(words)}
OWN_ONLY = set(names_in(FOR_AUTHORS_OWN)) | set(names_in(FOR_SPEAKERS))
#: What is behind them has no use for a visitor, ends the visit, or is told apart by what comes back.
NOT_OPENED = {
    *("wagtailadmin_logout", "account_logout", "newsroom_leave_others"),
    # These lead on by themselves: to the next step of a sign-in that has begun, else back to its first.
    *("account_login", "mfa_login_webauthn", "mfa_authenticate", "newsroom_give_up"),
}


def key_of(door: Door) -> str:
    """Return under what the table lists `door`."""
    return door.route if door.route in EXPECTED else door.name


def is_refused(response: HttpResponse) -> bool:
    """Return whether somebody was sent to the start page, to the sign-in, or away."""
    if response.status_code in (301, 302):
        target = response["Location"].split("?")[0]
        return target == "/admin/" or target.startswith("/admin/login")
    return response.status_code == 403


def knock(client: Client, address: str, *, is_allowed: bool) -> str:
    """Return "open", "missing" (nothing is there for this person) or "refused"; what is changed is undone.

    Somebody who may not come in tries by the letterbox, too: with an empty form.
    """
    response = client.get(address)
    assert response.status_code < 500, f"{address} answers {response.status_code}."
    verdicts = [response]
    if response.status_code == 405 or not is_allowed:
        limits.start_over()  # who sends so much would be told to wait, whatever the door
        with transaction.atomic():
            verdicts.append(client.post(address))
            transaction.set_rollback(True)
    client.cookies.pop("messages", None)
    seen = {one.status_code: one for one in verdicts if one.status_code != 405}
    if any(not is_refused(one) and one.status_code != 404 for one in seen.values()):
        return "open"
    return "refused" if any(is_refused(one) for one in seen.values()) else "missing"


@pytest.fixture
def world(front, settings) -> World:
    (engine,) = settings.TEMPLATES
    options = {**engine["OPTIONS"], "loaders": ["tests.newsroom.walk.EmptyPages"]}
    settings.TEMPLATES = [{**engine, "APP_DIRS": False, "OPTIONS": options}]
    # Each refusal leaves a message that nobody reads here; in the session they would be stored again with each new one.
    settings.MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
    roles.sync()
    return World()


def test_every_door_of_the_admin_is_in_the_table():
    known = {key_of(door) for door in doors()}
    twice = [
        name for words, _who in TABLE for name in names_in(words) if sum(name in names_in(w) for w, _ in TABLE) > 1
    ]

    unknown = sorted(known - EXPECTED.keys())
    assert not unknown, f"New doors of the admin: {', '.join(unknown)}. Say in this file's tables who may pass them."
    gone = sorted(EXPECTED.keys() - known)
    assert not gone, f"These doors are no more: {', '.join(gone)}. Take them out of this file's tables."
    assert twice == []


@pytest.mark.parametrize("role", [*Role, STRANGER], ids=[*Role.values, "stranger"])
def test_role_passes_the_doors_of_the_table_and_no_others(world, role):
    client = Client(raise_request_exception=False)
    if role is not STRANGER:
        client.force_login(world.members[role], backend="django.contrib.auth.backends.ModelBackend")
    wrong = []
    for door in doors():
        key = key_of(door)
        if key in NOT_OPENED:
            continue
        for which in ("own", "foreign") if role is Role.AUTHOR and key in OWN_ONLY else ("foreign",):
            is_allowed = role in EXPECTED[key] and not (role is Role.AUTHOR and key in OWN_ONLY and which == "foreign")
            if door.name == "wagtailadmin_login" and role is not STRANGER:
                continue  # leads those who are signed in to the start page
            verdict = knock(client, world.address(door, which), is_allowed=is_allowed)
            if is_allowed and verdict == "refused":
                wrong.append(f"{key} ({which}) sends {role} away")
            elif not is_allowed and verdict == "open":
                wrong.append(f"{key} ({which}) lets {role} in")
            elif not EXPECTED[key] and role is not STRANGER and verdict != "missing":
                wrong.append(f"{key} is there for {role}, and should be for nobody")
    assert wrong == []

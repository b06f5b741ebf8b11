"""The door of the newsroom, below /admin/ and before Wagtail's own addresses.

The names beginning with `account` and `mfa` are those by which `allauth` looks for them. None of its other
addresses is here: nobody can sign up, ask for a code by mail, or sign in with somebody else's service.
"""

from django.urls import path
from wagtail.admin.auth import require_admin_access

from freiblatt.newsroom.views import entrance, links, security, staff

at_the_desk = require_admin_access

urlpatterns = [
    path("login/", entrance.sign_in, name="account_login"),
    path("login/passkey/", entrance.passkey_sign_in, name="mfa_login_webauthn"),
    path("login/second-step/", entrance.second_step, name="mfa_authenticate"),
    path("login/give-up/", links.give_up, name="newsroom_give_up"),
    path("password_reset/", links.forgotten, name="newsroom_forgotten"),
    path("welcome/<str:token>/", links.open_link, name="newsroom_link"),
    path("welcome/", links.welcome, name="newsroom_welcome"),
    path("logout/", entrance.sign_out, name="account_logout"),
    path("users/<int:pk>/invite/", at_the_desk(staff.person_invite_again), name="newsroom_invite_again"),
    path("users/<int:pk>/open-or-close/", at_the_desk(staff.person_open_or_close), name="newsroom_open_or_close"),
    path("users/<int:pk>/reset-factors/", at_the_desk(staff.person_reset_factors), name="newsroom_reset_factors"),
    path("security/", at_the_desk(security.OverviewView.as_view()), name="mfa_index"),
    path("security/app/", at_the_desk(security.ActivateAppView.as_view()), name="mfa_activate_totp"),
    path("security/app/remove/", at_the_desk(security.RemoveAppView.as_view()), name="mfa_deactivate_totp"),
    path("security/passkeys/add/", at_the_desk(security.AddPasskeyView.as_view()), name="mfa_add_webauthn"),
    path(
        "security/passkeys/<int:pk>/name/", at_the_desk(security.RenamePasskeyView.as_view()), name="mfa_edit_webauthn"
    ),
    path(
        "security/passkeys/<int:pk>/remove/",
        at_the_desk(security.RemovePasskeyView.as_view()),
        name="mfa_remove_webauthn",
    ),
    path("security/codes/", at_the_desk(security.CodesView.as_view()), name="mfa_view_recovery_codes"),
    path("security/codes/new/", at_the_desk(security.NewCodesView.as_view()), name="mfa_generate_recovery_codes"),
    path("security/password/", at_the_desk(security.password), name="newsroom_password"),
    path("security/address/", at_the_desk(security.address), name="newsroom_address"),
    path("security/sessions/<int:pk>/end/", at_the_desk(security.leave_session), name="newsroom_leave_session"),
    path("security/sessions/end-others/", at_the_desk(security.leave_other_sessions), name="newsroom_leave_others"),
    path(
        "security/confirm/password/",
        at_the_desk(security.ConfirmByPasswordView.as_view()),
        name="account_reauthenticate",
    ),
    path("security/confirm/code/", at_the_desk(security.ConfirmByCodeView.as_view()), name="mfa_reauthenticate"),
    path(
        "security/confirm/passkey/",
        at_the_desk(security.ConfirmByPasskeyView.as_view()),
        name="mfa_reauthenticate_webauthn",
    ),
]

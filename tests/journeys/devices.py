"""What people carry: a device that keeps passkeys, by Chromium's own WebAuthn emulation."""

from playwright.sync_api import CDPSession, Page

KEEPER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def give_keeper(page: Page, **other: bool) -> tuple[CDPSession, str]:
    """Give this page a device that keeps passkeys and whose owner is always there."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    keeper = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**KEEPER, **other}})
    return devtools, keeper["authenticatorId"]

"""Passkeys in a real browser, with Chromium's virtual authenticator: added, signed in with, and removed."""

import dataclasses
import uuid
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from browser.conftest import close_page, open_page
from browser.looks import axe_findings, take_pictures
from doubles.console import a_user

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def named(chromium, console):
    """A window at the server by its name, which passkeys need, with an authenticator in it."""
    expect.set_options(timeout=20_000)
    by_name = dataclasses.replace(console, address=f"http://localhost:{urlsplit(console.address).port}")
    opened = open_page(chromium, by_name)
    session = opened.context.new_cdp_session(opened)
    session.send("WebAuthn.enable")
    device = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]

    def credentials():
        return session.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]

    def verifies(is_verified):
        session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": is_verified})

    opened.credentials, opened.verifies = credentials, verifies
    yield opened
    close_page(opened)


def enter_key(page, key):
    page.goto("/console/account")
    page.get_by_label("Access key ID").fill(key[0])
    page.get_by_label("Secret access key").fill(key[1])
    page.keyboard.press("Enter")


def sign_out(page, name):
    page.get_by_role("button", name=name).click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def test_a_passkey_is_added_signs_in_both_ways_and_is_removed(named, console):
    page, watch = named, named.vedette_watch
    name = f"p-{uuid.uuid4().hex[:8]}"
    key = a_user(console, name, "viewer")
    enter_key(page, key)
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_label("Name").fill("this laptop")
    take_pictures(page, "passkey-add")
    assert axe_findings(page) == []
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Each signs you in once")).to_be_visible()
    (made,) = page.credentials()
    assert (made["rpId"], made["isResidentCredential"]) == ("localhost", True)
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("cell", name="Passkey", exact=True)).to_be_visible()
    take_pictures(page, "passkeys")
    sign_out(page, name)
    take_pictures(page, "sign-in-passkey")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("button", name=name)).to_be_visible()
    sign_out(page, name)
    # Beside a key; without the owner's finger it is none, and can be shown once more.
    enter_key(page, key)
    page.verifies(False)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("No passkey was accepted")).to_be_visible()
    take_pictures(page, "passkey-refused")
    page.verifies(True)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name=name)).to_be_visible()
    page.get_by_role("button", name="Remove: this laptop").click()
    page.get_by_role("button", name="Show a passkey").click()
    expect(page.get_by_text("No second factors")).to_be_visible()
    sign_out(page, name)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("No passkey was accepted")).to_be_visible()
    refused = {error.rpartition("/")[2] for error in watch.errors}
    assert refused <= {"session", "DescribeProjects", "ListNextSteps", "sessions", "factors"}
    assert "session" in refused
    watch.errors.clear()


def test_at_an_address_without_a_name_there_is_none(page, console):
    page.goto("/console/")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_have_count(0)

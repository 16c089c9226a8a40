"""Signing in with the company in a real browser: to the provider, and back to where somebody wanted to go."""

import pytest
from playwright.sync_api import expect

from browser.conftest import PATIENCE_MS, close_page, open_page
from browser.looks import axe_everywhere, take_pictures
from doubles.identity_provider import CLIENT, running_provider
from doubles.servers import start_server, stop_server


@pytest.fixture(scope="module")
def company():
    with running_provider() as company:
        yield company


@pytest.fixture(scope="module")
def house(company, tmp_path_factory):
    """A server whose company is the provider."""
    server = start_server(
        tmp_path_factory.mktemp("company") / "data",
        VEDETTE_SSO_ISSUER=company.issuer,
        VEDETTE_SSO_CLIENT_ID=CLIENT,
        VEDETTE_SSO_CLIENT_SECRET=company.secret,
        VEDETTE_SSO_GROUPS="Vision Team=trainers",
        VEDETTE_SSO_NAME="Contoso",
    )
    server.vedette("group", "create", "trainers")
    server.vedette("group", "attach", "trainers", "trainer")
    yield server
    stop_server(server)


@pytest.fixture
def window(chromium, house, company):
    expect.set_options(timeout=PATIENCE_MS)
    opened = open_page(chromium, house)
    opened.vedette_watch.expected = ("401 ",)
    yield opened
    # The page at the provider is no stranger.
    own = opened.vedette_watch.strangers
    own[:] = [address for address in own if not address.startswith(f"{company.issuer}/authorize?")]
    close_page(opened)


def test_a_person_comes_from_the_company_to_the_page_that_was_wanted(window, company):
    company.claims = {"sub": "kim", "email": "kim@example.com", "groups": ["Vision Team"]}
    window.goto("/console/projects?region=eu-west-1")
    window.get_by_role("button", name="Sign in with Contoso").click()
    expect(window.get_by_role("button", name="kim@example.com")).to_be_visible()
    assert window.url.endswith("/console/projects?region=eu-west-1")
    take_pictures(window, "company-signed-in")


def test_who_stays_out_reads_why_and_may_try_again(window, company):
    company.claims = {"sub": "lou", "email": "lou@example.com", "groups": ["Sales"]}
    window.goto("/console/projects")
    window.get_by_role("button", name="Sign in with Contoso").click()
    expect(window.get_by_text("None of your groups there is let in here.")).to_be_visible()
    take_pictures(window, "company-refused")
    assert axe_everywhere(window) == {}
    company.claims["groups"] = ["Vision Team"]
    window.get_by_role("button", name="Sign in with Contoso").click()
    expect(window.get_by_role("button", name="lou@example.com")).to_be_visible()

"""Coming in and going out: by a link, by a key, and with an address that was asked for first."""

from playwright.sync_api import expect

from browser.conftest import enter
from browser.looks import axe_everywhere, axe_findings, take_pictures


def refusals(watch, console) -> set[str]:
    """Return what was refused with 401."""
    start = f"401 {console.address}/console/api/"
    assert all(error.startswith(start) for error in watch.errors), watch.errors
    names = {error.rpartition("/")[2] for error in watch.errors}
    watch.errors.clear()
    return names


def test_a_link_signs_in_once_and_leaves_the_address(page, console, watch):
    link = console.vedette("console").strip()
    page.goto(link)
    expect(page.locator("#top-bar")).to_be_visible()
    assert "link=" not in page.url
    page.get_by_role("button", name="root").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.goto("about:blank")
    page.goto(link)
    expect(page.get_by_text("The link opens nothing any more")).to_be_visible()
    # A page that asked for its projects, or what comes next, while it was signed out may be refused, too.
    assert refusals(watch, console) - {"DescribeProjects", "ListNextSteps"} == {"session"}


def test_a_key_signs_in_and_opens_the_address_that_was_asked_for(page, console):
    key_id, secret = console.key
    page.goto("/console/account")
    page.get_by_label("Access key ID").fill(f" {key_id} ")
    page.get_by_label("Secret access key").fill(secret)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Account", exact=True)).to_be_visible()


def test_half_a_key_and_a_wrong_one_are_refused_in_words(page, console, watch):
    page.goto("/console/")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Both parts of the key are needed.", exact=True)).to_be_visible()
    page.get_by_label("Access key ID").fill(console.key[0])
    page.get_by_label("Secret access key").fill("no secret of ours")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("The key was not accepted")).to_be_visible()
    assert watch.errors == [f"401 {console.address}/console/api/session"]
    watch.errors.clear()


def test_the_sign_in_page_is_for_everybody(page):
    page.goto("/console/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    take_pictures(page, "sign-in")
    assert axe_everywhere(page) == {}


def test_an_address_without_a_page_says_so(signed_in):
    signed_in.goto("/console/nothing/here")
    expect(signed_in.get_by_text("There is nothing at this address")).to_be_visible()
    assert axe_everywhere(signed_in) == {}


def test_a_session_that_ended_asks_for_a_new_one_and_stays_at_the_address(page, console, watch):
    enter(page, console)
    page.goto("/console/projects")
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    page.context.clear_cookies()
    page.reload()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert "/console/projects" in page.url
    # Where the page asked again before it was loaded anew.
    watch.errors[:] = [error for error in watch.errors if not error.startswith("401 ")]


def test_temporary_keys_ask_for_their_session_token(page, console):
    credentials = console.client("sts").get_session_token(DurationSeconds=900)["Credentials"]
    page.goto("/console/")
    page.get_by_label("Access key ID").fill(credentials["AccessKeyId"])
    page.get_by_label("Secret access key").fill(credentials["SecretAccessKey"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Temporary keys need their session token.", exact=True)).to_be_visible()
    page.get_by_label("Session token").fill(credentials["SessionToken"])
    assert axe_findings(page) == []
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#top-bar")).to_be_visible()

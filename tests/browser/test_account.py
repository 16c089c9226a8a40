"""Who may come in: users, their keys shown once, groups, policies, and where one is signed in oneself."""

import boto3
from playwright.sync_api import expect

from browser.conftest import close_page, enter, open_page, sign_in
from browser.looks import axe_everywhere, take_pictures


def test_a_user_is_made_gets_a_key_and_is_deleted(signed_in, console):
    page = signed_in
    page.goto("/console/account/users")
    page.get_by_role("button", name="Create user").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("maya")
    dialog.get_by_role("button", name="Create user").click()
    expect(page.get_by_role("heading", name="maya", level=1)).to_be_visible()
    take_pictures(page, "user")
    assert axe_everywhere(page) == {}
    page.get_by_role("button", name="Create key").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("shown now and never again")).to_be_visible()
    key_id, secret = [text.strip() for text in dialog.locator("dd").all_inner_texts()]
    client = boto3.client(
        "sts", endpoint_url=console.address, region_name="us-east-1",
        aws_access_key_id=key_id, aws_secret_access_key=secret,
    )  # fmt: skip
    assert client.get_caller_identity()["Arn"].endswith(":user/maya")
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    expect(page.get_by_text(secret)).not_to_be_attached()
    page.get_by_role("button", name="Delete user").click()
    page.get_by_label("To be sure, type delete").fill("delete")
    page.keyboard.press("Enter")
    # Others that share the server have made users of their own.
    expect(page.get_by_role("heading", name="Users", level=2)).to_be_visible()
    expect(page.get_by_role("link", name="maya", exact=True)).to_have_count(0)


def test_a_program_sees_no_users_and_is_told_why(chromium, console):
    console.vedette("user", "create", "lea", "--policy", "caller")
    page = open_page(chromium, console)
    sign_in(page, console, "--user", "lea")
    page.goto("/console/account/users")
    expect(page.get_by_text("You may not do this")).to_be_visible()
    refused = {error.split(" ")[1] for error in page.vedette_watch.errors}
    assert f"{console.address}/console/api/vedette/ListUsers" in refused
    page.vedette_watch.errors.clear()
    close_page(page)
    console.vedette("user", "delete", "lea")


def test_sessions_are_listed_and_another_is_ended(chromium, console, signed_in):
    other = open_page(chromium, console)
    enter(other, console)
    signed_in.goto("/console/account")
    table = signed_in.get_by_role("table", name="My sessions")
    expect(table.get_by_text("(this one)")).to_be_visible()
    take_pictures(signed_in, "account")
    assert axe_everywhere(signed_in) == {}
    buttons = table.get_by_role("button")
    count = buttons.count()
    for _ in range(count):
        buttons.first.click()
        count -= 1
        expect(buttons).to_have_count(count)
    other.goto("/console/projects")
    expect(other.get_by_role("button", name="Sign in")).to_be_visible()
    close_page(other)


def test_groups_and_policies_are_made_and_read(signed_in):
    page = signed_in
    page.goto("/console/account/groups")
    page.get_by_role("button", name="Create group").click()
    page.get_by_role("dialog").get_by_label("Name").fill("night-shift")
    page.keyboard.press("Enter")
    expect(page.get_by_role("cell", name="labeller")).to_be_visible()
    assert axe_everywhere(page) == {}
    page.goto("/console/account/policies")
    expect(page.get_by_role("rowheader", name="administrator")).to_be_visible()
    take_pictures(page, "policies")
    assert axe_everywhere(page) == {}
    page.get_by_role("button", name="Write a policy").click()
    page.get_by_role("dialog").get_by_label("Name").fill("only-look")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("rowheader", name="only-look")).to_be_visible()


def test_a_group_gets_a_member_and_another_right(signed_in, console):
    page = signed_in
    console.vedette("user", "create", "noor")
    page.goto("/console/account/groups")
    page.get_by_role("button", name="Create group").click()
    page.get_by_role("dialog").get_by_label("Name").fill("lookers")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Change lookers").click()
    dialog = page.get_by_role("dialog", name="Change lookers")
    dialog.get_by_role("button", name="Users").click()
    page.get_by_role("option", name="noor").click()
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Policies").click()
    page.get_by_role("option", name="viewer").click()
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).not_to_be_visible()
    row = page.get_by_role("row").filter(has_text="lookers")
    expect(row).to_contain_text("noor")
    expect(row).to_contain_text("labeller, viewer")
    take_pictures(page, "groups")
    console.vedette("user", "delete", "noor")

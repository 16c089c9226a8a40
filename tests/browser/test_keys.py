"""Keys at the console: made, chosen for a training, ended with a warning, and not shown to who may not."""

from playwright.sync_api import expect

from browser.conftest import close_page, enter, open_page
from doubles.console import a_user


def test_a_key_is_made_and_ends_only_after_saying_what_goes_with_it(signed_in, console):
    page = signed_in
    page.goto("/console/keys")
    page.get_by_role("button", name="Create key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("belt-9")
    dialog.get_by_label("Description").fill("<b>belt</b> 9")
    dialog.get_by_role("button", name="Create key").click()
    expect(page.get_by_role("heading", name="belt-9", level=1)).to_be_visible()
    expect(page.get_by_text("<b>belt</b> 9")).to_be_visible()
    s3 = console.client("s3")
    s3.create_bucket(Bucket="belt-9")
    s3.put_object(
        Bucket="belt-9", Key="a", Body=b"a", ServerSideEncryption="aws:kms", SSEKMSKeyId="alias/belt-9"
    )
    page.get_by_role("button", name="Disable").click()
    page.get_by_role("button", name="Enable").click()
    page.get_by_role("button", name="Schedule deletion").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("1 object in buckets")).to_be_visible()
    expect(dialog.get_by_text("s3://belt-9")).to_be_visible()
    end = dialog.get_by_role("button", name="Schedule deletion")
    expect(end).to_be_disabled()
    dialog.get_by_label("To be sure, type delete").fill("delete")
    end.click()
    page.get_by_role("button", name="Cancel deletion").click()
    # What was to end is disabled until somebody wants it again.
    page.get_by_role("button", name="Enable").click()
    expect(page.get_by_role("button", name="Disable")).to_be_visible()
    key = console.client("kms").describe_key(KeyId="alias/belt-9")["KeyMetadata"]
    assert (key["KeyState"], key["Description"]) == ("Enabled", "<b>belt</b> 9")
    assert s3.get_object(Bucket="belt-9", Key="a")["Body"].read() == b"a"


def test_who_may_not_see_keys_is_told_so_and_who_may_only_look_changes_nothing(chromium, console):
    console.client("kms").create_alias(
        AliasName="alias/looked-at", TargetKeyId=console.client("kms").create_key()["KeyMetadata"]["KeyId"]
    )
    for policy, sees in (("caller", False), ("viewer", True)):
        page = open_page(chromium, console)
        enter(page, console, a_user(console, f"key-{policy}", policy))
        page.goto("/console/keys")
        if sees:
            page.get_by_role("link", name="looked-at").click()
            page.get_by_role("button", name="Disable").click()
        expect(page.get_by_text("You may not do this")).to_be_visible()
        assert all(error.startswith(("400", "403")) for error in page.vedette_watch.errors)
        page.vedette_watch.errors.clear()
        close_page(page)
    key = console.client("kms").describe_key(KeyId="alias/looked-at")["KeyMetadata"]
    assert key["KeyState"] == "Enabled"

"""Alarms and topics at the console: made in two clicks, tried, told, and not by who may only look."""

from playwright.sync_api import expect

from browser.conftest import close_page, enter, open_page
from doubles.console import a_user

TOPIC = "arn:aws:sns:us-east-1:000000000000:night-shift"


def test_an_alarm_of_a_model_takes_two_clicks_and_its_test_is_told_to_its_topic(signed_in, console):
    page = signed_in
    console.client("rekognition").create_project(ProjectName="told-of")
    page.goto("/console/alarms?service=rekognition&project=told-of&version=v1")
    page.get_by_role("button", name="Create alarm").click()
    expect(page.get_by_role("heading", name="told-of-v1-slow", level=1)).to_be_visible()
    alarm = console.client("cloudwatch").describe_alarms(AlarmNames=["told-of-v1-slow"])["MetricAlarms"][0]
    assert alarm["AlarmActions"] == [TOPIC]
    assert {pair["Name"]: pair["Value"] for pair in alarm["Dimensions"]} == {
        "ProjectName": "told-of",
        "VersionName": "v1",
    }
    page.get_by_role("button", name="Test", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Test", exact=True).click()
    expect(page.get_by_text("In alarm", exact=True).first).to_be_visible()
    page.goto("/console/notifications")
    expect(page.get_by_role("row", name="night-shift").filter(has_text="alarms").first).to_be_visible()
    page.get_by_role("button", name="Send a test to night-shift").click()
    expect(page.get_by_role("row").filter(has_text="a test").first).to_be_visible()
    assert "very-secret" not in page.content()


def test_who_may_only_look_changes_no_alarm_and_who_may_not_is_told_so(chromium, console):
    rule = {"MetricName": "Heat", "Namespace": "Plant", "Statistic": "Sum", "Period": 60, "Threshold": 1}
    rule |= {"EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold"}
    cloudwatch = console.client("cloudwatch")
    cloudwatch.put_metric_alarm(**rule, AlarmName="only-looked-at")
    for policy, sees in (("caller", False), ("viewer", True)):
        page = open_page(chromium, console)
        enter(page, console, a_user(console, f"alarm-{policy}", policy))
        page.goto("/console/alarms")
        if sees:
            page.get_by_role("link", name="only-looked-at").click()
            page.get_by_role("button", name="Delete").click()
            page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_text("You may not do this").first).to_be_visible()
        assert all(error.startswith(("400", "403")) for error in page.vedette_watch.errors)
        page.vedette_watch.errors.clear()
        close_page(page)
    assert cloudwatch.describe_alarms(AlarmNames=["only-looked-at"])["MetricAlarms"]

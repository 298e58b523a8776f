"""Lesson 03 up to its bench; an order and an outage by keyboard; then the rest, until nothing is billing."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "03_provision_with_boto3.ipynb"
BENCH, END = "bench-topology", "end-rest"


@pytest.fixture(scope="module")
def lesson(lab):
    with lab.open(NOTEBOOK) as page:
        run(page, "above")
        yield page


def run(page, where: str) -> None:
    """Run the cells "above" the section that deletes everything, or those "below"."""
    page.page.evaluate(
        "(index) => { jupyterapp.shell.currentWidget.content.activeCellIndex = index }",
        page.cells().index("end"),
    )
    page.command(f"notebook:run-all-{where}")
    page.settle()


@pytest.fixture
def form(lesson):
    return lesson.output("choices-form")


@pytest.fixture
def map_(lesson):
    return lesson.output(BENCH)


def press(control, key: str = "Space") -> None:
    control.focus()
    control.press(key)


def node(map_, role: str):
    return map_.get_by_role("region", name=re.compile(f", {role}, "))


def test_cells_run_too_early_or_twice(lab):
    """Before the first cell nothing goes to the real AWS; a cell run twice breaks none of those below it."""
    with lab.open(NOTEBOOK) as page:
        for cell in ("command-run", "box-walls"):
            page.run(cell)
            expect(page.output(cell)).to_contain_text("name 'aws' is not defined")
            expect(page.output(cell)).not_to_contain_text(re.compile("region|credentials"))
        for cell in ("setup", "network-vpc", "network-vpc", "command-run"):
            page.run(cell)
        expect(page.output("network-vpc")).to_contain_text("my-cache-subnets already exists")
        expect(page.output("command-run")).to_contain_text("status: creating")


def test_every_cell_runs(lesson):
    assert lesson.errors() == []
    assert lesson.external == []
    assert lesson.console == []


def test_what_the_text_explains_is_what_happened(lesson):
    for cell, words in {
        "box-walls": "OutsideTheBox: this would have gone to s3.amazonaws.com",
        "network-mix": "belongs to a different VPC",
        "command-run": '"SnapshotRetentionLimit": 0',
        "command-look": "my-app-cache-003",
        "wait-fail": "there is not enough capacity",
        "address-cluster": "MovedError",
        "connect-plain": "Connection closed by server",
        "connect-errors": "ReadOnlyError",
        "settings-run": "allkeys-lru",
        "lost-kill": "the deleted user:42 is Ada",
        "snapshot-run": "automatic.my-app-cache",
        "snapshot-restore": "Ada, before the accident",
    }.items():
        expect(lesson.output(cell)).to_contain_text(words)
    expect(lesson.output("failover-see").get_by_role("img")).to_be_visible()


def test_the_order_form_is_no_wider_than_its_page(lesson, form):
    lesson.width(1024)
    lesson.settle()
    for part in (".asked", ".answered"):
        right = "(node, of) => (of ? node.closest(of) : node).getBoundingClientRect().right"
        assert form.locator(part).evaluate(right) <= form.locator(part).evaluate(right, ".jp-Cell"), part
    lesson.width(1280)


def test_an_order_by_keyboard(form):
    verdict, code = form.locator(".verdict"), form.locator("pre")
    form.get_by_role("textbox", name="Name").fill("another-cache")
    expect(verdict).to_contain_text("AWS would take this order.")
    press(form.get_by_role("checkbox", name="Multi-AZ"))
    expect(verdict).to_contain_text("AutomaticFailoverEnabled must be true")
    press(form.get_by_role("checkbox", name="Automatic failover"))
    expect(verdict).to_contain_text("there must be at least 2 cache clusters")
    replicas = form.get_by_role("spinbutton", name="Replicas")
    press(replicas, "ArrowUp")
    press(replicas, "ArrowUp")
    expect(verdict).to_contain_text("AWS would take this order.")
    expect(form.locator(".price")).to_have_text("$28.03 a month")
    expect(code.locator(".fresh")).to_contain_text("ReplicasPerNodeGroup=2")
    token = form.get_by_role("textbox", name="AUTH token")
    token.evaluate("(field) => field.scrollIntoView({ block: 'center' })")
    expect(verdict).to_be_in_viewport()  # an answer is seen where its question stands
    token.fill("short")
    expect(verdict).to_contain_text("only supported when encryption-in-transit is enabled")
    expect(token).to_have_value("short")
    press(form.get_by_role("radio", name="boto3"), "ArrowRight")
    expect(code).to_contain_text("--replicas-per-node-group 2")
    press(form.get_by_role("radio", name="aws command"), "ArrowRight")
    expect(code).to_contain_text("Type: AWS::ElastiCache::ReplicationGroup")
    press(form.get_by_role("radio", name="Redis OSS"))
    press(form.get_by_role("radio", name="Redis OSS"), "ArrowRight")
    expect(form.get_by_role("spinbutton", name="Nodes")).to_be_visible()
    expect(replicas).to_be_hidden()


def test_an_outage_by_keyboard(lesson, map_):
    old = node(map_, "primary")
    name = old.locator(".id").inner_text()
    expect(old).to_contain_text("primary endpoint")
    kill = map_.get_by_role("button", name=f"Kill {name}")
    press(kill, "Enter")
    expect(map_.locator(".status")).to_have_text(f"{name} is killed.")
    expect(node(map_, "primary").locator(".id")).not_to_have_text(name)
    expect(node(map_, "primary")).to_contain_text("▾ primary endpoint")
    expect(map_.locator(".log")).to_contain_text(f"Failover from primary node {name}")
    expect(map_.get_by_role("region", name=f"{name}, replica, available")).to_be_visible(timeout=60_000)
    expect(kill).to_be_visible()  # the card is the same as before, so the focus is where it was


def test_a_replica_is_cut_off_and_a_zone_goes_down(map_):
    replica = node(map_, "replica").first
    name = replica.locator(".id").inner_text()
    press(map_.get_by_role("button", name=f"Cut off {name}"), "Enter")
    again = map_.get_by_role("button", name=f"Reconnect {name}")
    expect(again).to_be_focused()
    expect(map_.get_by_role("region", name=f"{name}, replica")).to_contain_text("cut off")
    press(again, "Enter")
    expect(map_.get_by_role("button", name=f"Cut off {name}")).to_be_focused()
    link = map_.get_by_role("combobox", name=f"Link of {name}")
    link.select_option("silent")
    expect(map_.get_by_role("region", name=f"{name}, replica")).to_contain_text(re.compile("keys?, silent"))
    link.select_option("hears at once")
    expect(link).to_have_value("hurry")
    press(map_.get_by_role("button", name="Take down us-east-1c"), "Enter")
    expect(map_.get_by_role("region", name="my-app-cache-003")).to_contain_text("✗ dead")
    press(map_.get_by_role("button", name="Bring back us-east-1c"), "Enter")
    alive = map_.get_by_role("region", name=re.compile("my-app-cache-003, .*, available"))
    expect(alive).to_be_visible(timeout=60_000)


def test_keys_stay_and_everything_has_a_name(lesson, form, map_):
    before = lesson.cells()
    for control in (
        form.get_by_role("checkbox", name="Encryption in transit"),
        form.get_by_role("textbox", name="Name"),
        map_.get_by_role("button", name="Take down us-east-1a"),
    ):
        control.focus()
        for key in "ddbax":
            lesson.page.keyboard.press(key)
    lesson.settle()
    assert lesson.cells() == before
    for cell in ("choices-form", BENCH):
        assert lesson.axe(f'[data-cell-id="{cell}"] .cachelab') == []


def test_in_the_end_nothing_is_billing(lesson, form, map_):
    assert lesson.value("aws.settle()") == "True"
    run(lesson, "below")
    assert lesson.errors() == []
    for backup in ("before-the-accident", "my-app-cache-final"):
        expect(lesson.output("end-delete")).to_contain_text(f"{backup}: backup")
    expect(lesson.output("end-delete")).not_to_contain_text("automatic.")
    expect(lesson.output(END)).to_contain_text("still billing: []")
    said = "this is how it was last seen. To break it again: menu Run"
    expect(map_.locator(".status")).to_contain_text(said)
    program = lesson.output("bench-writes").get_by_role("status")
    expect(program).to_contain_text("For another run, run this cell")
    press(form.get_by_role("checkbox", name="Encryption in transit"))
    expect(form.locator(".verdict")).to_contain_text("The account is closed")
    assert lesson.external == [] and lesson.console == []

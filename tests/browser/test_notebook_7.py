"""Notebook 7, whose page hears of a key before a widget does: single keys in a widget are the widget's."""

from urllib.parse import quote

from playwright.sync_api import expect

from tools.lab import notebook

GUESS = notebook("from cachelab.widgets import predict", "predict('Faster', choices=['Valkey', 'Memcached'])")


def test_keys_in_a_widget_are_no_commands_of_the_notebook(lab):
    with lab.open(GUESS) as prepared:
        context = prepared.page.context
        page = context.new_page()
        where = quote(str(prepared.path.relative_to(lab.folder / "work")))
        page.goto(f"{lab.url}notebooks/{where}?token={lab._token}")
        cells = page.locator(".jp-Notebook .jp-CodeCell")
        expect(cells.nth(1)).to_be_visible()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        choice = page.locator(".cachelab").get_by_role("radio").first
        expect(choice).to_be_visible()
        count = cells.count()
        choice.focus()
        for key in ("d", "d", "b"):
            page.keyboard.press(key)
        page.keyboard.press("ArrowDown")
        expect(page.locator(".cachelab").get_by_role("radio").last).to_be_focused()
        expect(cells).to_have_count(count)
        page.keyboard.press("Escape")  # out of the widget, to its cell: there the keys are the notebook's own
        for key in "dd":
            page.keyboard.press(key)
        expect(cells).to_have_count(count - 1)

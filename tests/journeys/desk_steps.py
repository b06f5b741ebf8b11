"""Steps at the desk that several stories take."""

from playwright.sync_api import Page


def write_paragraph(page: Page, text: str) -> None:
    """Add a block of text to the article on the screen, and return when the form holds `text`."""
    page.locator("[data-streamfield-stream-container] .c-sf-add-button").first.click()
    page.locator("[role=option]:visible").first.click()
    editor = page.locator("[contenteditable=true]").last
    for _attempt in range(5):
        editor.click()
        page.keyboard.press("Control+A")
        page.keyboard.type(text)
        # The list of blocks that just closed may take the focus once more. Whoever sees nothing appear clicks again.
        if text in editor.inner_text():
            break
    # The rich text field hands what it holds to the form a quarter of a second later.
    page.wait_for_function(
        "text => [...document.querySelectorAll('[name^=body-]')].some(field => field.value.includes(text))", arg=text
    )

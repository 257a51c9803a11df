"""What somebody typed into an idea, as pages and feeds show it, and as it comes back."""

import re

from eak_core.kit.testing.site import Site


def test_a_title_is_joined_wherever_it_is_shown_and_comes_back_as_it_was_typed(site: Site) -> None:
    typed, shown = "Et si les arbres votaient ?", "Et si les arbres votaient\u202f?"
    idea = site.submit(typed)
    browser = site.browser()
    browser.sign_in(site.people.citizen)
    page = f"/culture/idees/{idea.id}-{idea.slug}"
    for path in (page, "/culture/idees/", "/culture/idees.atom"):
        # What programs read in a page is data, as exports are.
        text = re.sub(r"<script.*?</script>", "", browser.get(path).text, flags=re.DOTALL)
        assert shown in text, path
        assert typed not in text, path
    assert f'value="{typed}"' in browser.get(f"/culture/idees/{idea.id}/modifier").text
    exported = browser.get("/culture/idees.json").json
    assert exported is not None
    assert exported["ideas"][0]["title"] == typed

"""Heavy acts say what follows, and ask, before they are done."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from eak_core.ideas.proposing.proposals import Proposal, save_draft
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.people.models import Person
from eak_core.people.rights.roles import give_role

ASKED = re.compile(r'<details class="eak-ask">.*?</details>', re.DOTALL)
SAID = re.compile(r"<p>\s*\w.*?</p>", re.DOTALL)


@pytest.mark.parametrize("database", ["sqlite"])
def test_each_heavy_act_stands_behind_what_follows_from_it(site: Site, people: People) -> None:
    service, team = site.service, (people.manager, people.agent)
    author = people.actor(people.administrator)
    with site.writing() as session:
        for each in team:
            held = session.get_one(Person, each.id)
            give_role(session, held, service, "manager", granted_by=None)
        session.get_one(Person, people.agent.id).administrator = True
        draft = save_draft(session, author, service, Proposal(title="A draft", problem="", body=""))
    top = site.browser()
    top.sign_in(people.administrator)
    pages = {
        "/admin/services/": ["/archiver"],
        "/culture/gestion/reglages": ["/archiver"],
        "/culture/gestion/equipe": [r"/equipe/\d+/retirer"],
        f"/admin/personnes/{people.agent.id}": [
            "/fermer",
            "/gestion/culture/retirer",
            "/administration/retirer",
        ],
        f"/culture/idees/{draft.id}-{draft.slug}": ["/supprimer"],
    }
    for page, acts in pages.items():
        text = top.get(page).text
        behind = "".join(each for each in ASKED.findall(text) if SAID.search(each))
        for act in acts:
            form = re.compile(rf'action="[^"]*{act}[^"]*"')
            assert form.search(text), (page, act)
            assert len(form.findall(text)) == len(form.findall(behind)), (page, act)


ROOT = Path(__file__).parents[2]
BUTTON = re.compile(r"""(post|asking)_button\(\s*url_\w+\(\s*["']([\w.]+)["']""")
CALLED = re.compile(r"\{% call table\(.*? %\}")
#: What one press does: another press undoes it, or nothing is lost by it. All else asks first.
LIGHT = frozenset(
    """
    account.accept account.decline account.end_other_sessions account.end_session
    admin.consult_person admin.reopen admin.restore admin.retry_all_messages admin.retry_message
    admin.retry_parked ambassadors.agree ambassadors.ask_renewal ambassadors.no_volunteer
    ambassadors.refuse ambassadors.volunteer ambassadors_manage.renew experiments.read_feedback
    manage.restore manage_plugins.resume matchmaking.act_for matchmaking.come_too
    matchmaking.publish_offer matchmaking.reconsider
    newsletter_manage.arrived newsletter_manage.leave_out newsletter_manage.move_down
    newsletter_manage.move_up newsletter_manage.pause newsletter_manage.put_together
    newsletter_manage.resume newsletter_manage.take_up
    newsletter_manage.test notices.read notices.read_all notices_follow.follow notices_follow.leave
    security.logout voting.forget voting.forget_reminder voting.remind voting.support_idea
    voting.withdraw_support
    """.split()
)


def templates() -> Iterator[Path]:
    for folder in ("eak_core", "plugins", "themes"):
        yield from (ROOT / folder).rglob("templates/**/*.html")


def test_no_act_of_a_table_stands_beside_a_narrow_window() -> None:
    """A table scrolls in its frame on a phone, where nobody looks for what stands at its right."""
    tables = []
    for template in templates():
        text = template.read_text()
        for acts in re.finditer(r'_\("Action"\)\]', text):
            # The headers stand in the call itself, or in a variable before it.
            of_it = [each[0] for each in CALLED.finditer(text) if each.end() > acts.start()]
            tables.append((template.name, of_it[0]))
    assert len(tables) > 10
    assert not [each for each in tables if "stacks=true" not in each[1]]


def test_what_is_one_press_takes_nothing_away() -> None:
    buttons = {
        (kind, endpoint)
        for template in templates()
        for kind, endpoint in BUTTON.findall(template.read_text())
    }
    pressed = {endpoint for kind, endpoint in buttons if kind == "post"}
    assert pressed == LIGHT
    assert not LIGHT & {endpoint for kind, endpoint in buttons if kind == "asking"}

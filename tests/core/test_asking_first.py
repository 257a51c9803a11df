"""Heavy acts say what follows, and ask, before they are done."""

import re

import pytest

from eak_core.ideas.proposing.proposals import Proposal, save_draft
from eak_core.kit.testing.people import People
from eak_core.kit.testing.site import Site
from eak_core.people.models import Person
from eak_core.people.roles import give_role

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

ASKED = re.compile(r'<details class="eak-ask">.*?</details>', re.DOTALL)
SAID = re.compile(r"<p>\s*\w.*?</p>", re.DOTALL)


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

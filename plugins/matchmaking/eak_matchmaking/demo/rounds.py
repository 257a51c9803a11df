"""The matching round of the demonstration: declared, matched, and decided pair by pair. All of it
is invented."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from eak_core.api import Demo, Idea, Service, Session, clock, unschedule
from eak_matchmaking.demo.content import PARTNERS
from eak_matchmaking.manifest import plugin
from eak_matchmaking.matching import closing, deciding, declaring, opening
from eak_matchmaking.matching.finding import candidates
from eak_matchmaking.matching.opening import RoundTerms, matching_of
from eak_matchmaking.matching.tables import MatchingRound, Pair
from eak_matchmaking.models import Organisation
from eak_matchmaking.organisations.members import act_for

SERVICE = "laboratoire"
#: In days before the demonstration is loaded.
OPENED, DECLARED, ENDED, CONFIRMED, DECLINED = 10.6, 8.2, 5.4, 4.3, 3.8
TITLE = "Appel de printemps : qui essaie quoi ?"
TEXT = (
    "Trois idées recevables cherchent où et avec qui s’essayer cette année. Les partenaires"
    " vérifiés disent lesquelles ils préfèrent, les auteurs avec qui ils iraient ; le"
    " laboratoire confirme ensuite **paire par paire**."
)
#: Who wants which ideas, and which not at all.
PARTNERS_WANT: Sequence[tuple[str, Sequence[str], Sequence[str]]] = (
    ("toits", ("toits-verts",), ("outilotheque",)),
    ("ecole", ("outilotheque", "fablab-mobile"), ()),
)
#: For which idea its author wants whom.
AUTHORS_WANT: Sequence[tuple[str, str, Sequence[str]]] = (("agente", "fablab-mobile", ("ecole",)),)
WHY_CONFIRMED = (
    "Deux élèves tiennent la permanence du samedi, la seule chose qui manquait encore à"
    " l’outilothèque."
)
WHY_DECLINED = (
    "L’autrice de l’idée travaille dans cette école : nous préférons un partenaire sans lien avec"
    " elle. La proposition de la Ferme des Talus reste à l’étude."
)


def hold(session: Session, service: Service, demo: Demo) -> None:
    """Let the round of the demonstration happen, where its ideas still look for a partner."""
    able = {each.id for each in candidates(session, service.id)}
    ideas: dict[str, Idea] = {
        key: demo.ideas[key]
        for key in ("outilotheque", "toits-verts", "fablab-mobile")
        if key in demo.ideas and demo.ideas[key].id in able
    }
    if service.slug != SERVICE or not ideas:
        return
    manager = demo.actor(session, "gestion")
    end = demo.days_ago(ENDED, TITLE)
    with clock.freeze(demo.days_ago(OPENED, TITLE)):
        terms = RoundTerms(
            title=TITLE, text=TEXT, closes_at=end, ideas=[each.id for each in ideas.values()]
        )
        held = opening.open_round(session, manager, service, terms)
    with clock.freeze(demo.days_ago(DECLARED, TITLE)):
        _declare(session, service, demo, held, ideas)
    with clock.freeze(end + timedelta(minutes=1)):
        name = matching_of(held)
        compute = closing.read_round(session, service, name, end)
        assert compute is not None
        closing.close_due(session, service, name, end, compute())
        unschedule(session, plugin.name, service.id, name)
    for key, days, why in (
        ("outilotheque", CONFIRMED, WHY_CONFIRMED), ("fablab-mobile", DECLINED, WHY_DECLINED),
    ):  # fmt: skip
        pair = session.get(Pair, (held.id, ideas[key].id)) if key in ideas else None
        if pair is None:
            continue
        with clock.freeze(demo.days_ago(days, why)):
            if key == "outilotheque":
                deciding.confirm(session, manager, service, pair, pair.offer_id, why)
            else:
                deciding.decline(session, manager, service, pair, why)


def _declare(
    session: Session, service: Service, demo: Demo, held: MatchingRound, ideas: dict[str, Idea]
) -> None:
    for partner, order, refused in PARTNERS_WANT:
        actor = demo.actor(session, PARTNERS[partner].person)
        act_for(session, actor, service, _organisation(session, partner))
        wanted, never = (
            [ideas[each].id for each in some if each in ideas] for some in (order, refused)
        )
        declaring.declare(session, actor, service, held, wanted, never)
    for person, idea, wanted_partners in AUTHORS_WANT:
        if idea in ideas:
            ids = [_organisation(session, each).id for each in wanted_partners]
            actor = demo.actor(session, person)
            declaring.declare_for_idea(session, actor, service, held, ideas[idea], ids, ())


def _organisation(session: Session, partner: str) -> Organisation:
    name = PARTNERS[partner].name
    return session.scalars(select(Organisation).where(Organisation.name == name)).one()

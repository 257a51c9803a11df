"""Ambassadors of the demonstration, recognised through the plugin's own functions, and a nomination
in each state. They are accounts of the demonstration, and say so by their names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from eak_ambassadors.evidence import rules
from eak_ambassadors.manifest import plugin
from eak_ambassadors.models import Ambassador, Nomination, Sitting
from eak_ambassadors.nominations import answering, endorsing, nominating
from eak_ambassadors.recognition import terms
from eak_ambassadors.sittings import deciding, drawing, volunteering
from eak_core.api import (
    Actor,
    Demo,
    Service,
    Session,
    attach_files,
    clock,
    person_address,
    stage_file,
    subjects_of,
)

#: How many citizens are ready to sit, and how many agents there are beside those with a password.
VOLUNTEERS, COLLEAGUES = 9, 14


@dataclass(frozen=True, slots=True)
class Story:
    """An ambassador: whom it is about (a key of the demonstration, or a number among the
    colleagues), since when, what others saw, what they say themselves, and how they are drawn."""

    person: str | int
    days: int
    examples: str
    words: str = ""
    knows: str = ""
    portrait: str = ""
    alt: str = ""


AMBASSADORS: dict[str, Sequence[Story]] = {
    "laboratoire": (
        Story(
            "agente", 45,
            "Elle a ouvert l’atelier du pôle technique aux habitants deux soirs par semaine, malgré"
            " trois refus. Quand la fréquentation a chuté, elle l’a dit devant tout le monde et a"
            " proposé d’arrêter la formule du vendredi.",
            "J’ai appris à demander la permission *après* avoir montré un premier essai, jamais à"
            " la place.\n\nLe vendredi n’a pas marché : nous l’avons écrit, avec les chiffres."
            " C’est la page que l’on me demande le plus.",
            "Assurances et responsabilité quand on ouvre un local de service ; petits budgets ;"
            " comment arrêter proprement.",
            "portrait-1",
            "Portrait dessiné d’une femme brune, un chignon haut, en veste verte : elle sourit.",
        ),
        Story(
            3, 30,
            "Il a réuni autour d’une même table la voirie, un collège et deux commerçants pour"
            " essayer une rue sans voitures pendant six semaines.",
            "Une rue fermée six semaines, mesurée chaque jour par une classe de quatrième. Deux"
            " commerçants étaient contre ; ce sont eux qui ont demandé la suite.",
            portrait="portrait-2",
            alt="Portrait dessiné d’un homme châtain, cheveux courts et lunettes rondes, en veste"
            " bleue.",
        ),
    ),
    "culture": (
        Story(
            4, 48,
            "Elle a fait entrer les réserves du musée dans les classes, avec des copies imprimées"
            " en trois dimensions que l’on peut toucher.",
            "Des copies que l’on peut faire tomber : c’est tout le secret.",
            "Impression 3D, droits sur les œuvres, travail avec les enseignants.",
            "portrait-4",
            "Portrait dessiné d’une femme aux longs cheveux gris, lunettes rondes, en veste prune.",
        ),
        Story("agent", 20, "Il a relu avec nous chaque étape, et publié ce qui n’a pas marché."),
    ),
    "mobilites": (
        Story(
            5, 38,
            "Il a prêté ses propres relevés de vélo pour choisir les carrefours à essayer, et"
            " accepté que l’essai du premier soit arrêté au bout d’un mois.",
            "Notre premier carrefour était le mauvais. Le dire tôt a sauvé les quatre autres.",
            portrait="portrait-3",
            alt="Portrait dessiné d’un homme aux cheveux noirs bouclés, en veste rouge.",
        ),
    ),
}  # fmt: skip

#: Nominations in the laboratory, each left in another state.
NOMINEES = {"sent": 6, "agreed": 7, "endorsed": 8, "closed": 9, "drawn": 10, "not": 11}

RULES = (
    rules.Wording("idea.submitted", "actor", "", "Idée proposée"),
    rules.Wording("discussion.comment_posted", "author_id", "", "Réponse donnée"),
    rules.Wording("experiments.member_joined", "person_id", "role=lead", "Conduite d’un essai"),
)


def play(session: Session, service: Service, demo: Demo) -> None:
    """Let agents be recognised in ``service``, and others be on the way there."""
    if service.slug not in AMBASSADORS or demo.people.get("gestion") is None:
        return
    stage = _Stage(session, service, demo)
    stage.prepare()
    for number, story in enumerate(AMBASSADORS[service.slug]):
        stage.recognise(story, number)
    if service.slug == "laboratoire":
        for number, (state, colleague) in enumerate(NOMINEES.items()):
            stage.leave_at(state, colleague, 10 + number)


class _Stage:
    """The people of the demonstration, and what they do."""

    def __init__(self, session: Session, service: Service, demo: Demo) -> None:
        self.session, self.service, self.demo = session, service, demo
        self.manager = demo.actor(session, "gestion")
        self.crowd = demo.crowd(session, 40)
        self.colleagues = demo.crowd(session, COLLEAGUES, agents=True)

    def prepare(self) -> None:
        """Volunteers, and the rules by which evidence is found."""
        with clock.freeze(self.demo.days_ago(101)):
            for actor in self.crowd[:VOLUNTEERS]:
                volunteering.volunteer(self.session, actor, self.service)
        with clock.freeze(self.demo.days_ago(3)):
            for wording in RULES:
                rules.add(self.session, self.manager, self.service, wording)

    def person(self, who: str | int) -> Actor:
        return (
            self.demo.actor(self.session, who) if isinstance(who, str) else self.colleagues[who - 1]
        )

    def recognise(self, story: Story, number: int) -> None:
        """All the way, with what the person says of it."""
        nominee = self.person(story.person)
        nomination = self._agreed(nominee, story.examples, story.days + 50, number)
        self._endorsed(nomination, story.days + 40)
        sitting = self._drawn(nomination, story.days + 34)
        with clock.freeze(self.demo.days_ago(story.days)):
            self._vote(sitting, favourable=True)
            made = self._decide(
                sitting, "Trois exemples que chacun peut aller voir, dont un raconté avec ce qui"
                " n’a pas marché : c’est ce que nous cherchons."
            )  # fmt: skip
        assert made is not None
        offered = subjects_of(self.session, self.service.id)
        with clock.freeze(self.demo.days_ago(story.days - 1)):
            terms.present(
                self.session, nominee, self.service, shown=bool(story.words), words=story.words,
                knows=story.knows, subjects=[each.code for each in offered[number : number + 2]],
            )  # fmt: skip
            if story.portrait:
                staged = stage_file(
                    self.demo.drawing(story.portrait), "portrait.png", alt=story.alt
                )
                attach_files(
                    self.session, nominee, self.service, plugin.name, made.subject, [staged]
                )

    def leave_at(self, state: str, colleague: int, number: int) -> None:
        """A nomination that has come so far."""
        nominee = self.person(colleague)
        examples = "Cette personne a pris le temps d’expliquer à trois équipes comment s’y prendre."
        if state == "sent":
            self._nominated(nominee, examples, 5, number)
            return
        nomination = self._agreed(nominee, examples, 30, number)
        if state == "agreed":
            return
        self._endorsed(nomination, 20)
        if state == "closed":
            self._closed(nomination, 0)
        if state in ("drawn", "not"):
            sitting = self._drawn(nomination, 12)
            if state == "not":
                with clock.freeze(self.demo.days_ago(2)):
                    self._vote(sitting, favourable=False)
                    self._decide(sitting, "Un bel engagement ; il manque encore un exemple à voir.")

    def _nominated(self, nominee: Actor, examples: str, days: int, number: int) -> Nomination:
        address = person_address(self.session, nominee.person_id or 0) or ""
        with clock.freeze(self.demo.days_ago(days, examples)):
            made = nominating.nominate(
                self.session, self.crowd[VOLUNTEERS + number], self.service,
                name=nominee.name, address=address, examples=examples,
            )  # fmt: skip
        return self.session.get_one(Nomination, made)

    def _agreed(self, nominee: Actor, examples: str, days: int, number: int) -> Nomination:
        nomination = self._nominated(nominee, examples, days, number)
        with clock.freeze(self.demo.days_ago(days - 4)):
            answering.agree(self.session, nominee, self.service, nomination.id)
        return nomination

    def _endorsed(self, nomination: Nomination, days: int) -> None:
        said = (
            "Vu tenir une réunion où personne n’était d’accord, et en sortir avec un essai.",
            "Mon équipe a repris sa fiche telle quelle : elle dit aussi ce qu’il faut éviter.",
        )
        services = self.session.scalars(
            select(Service).where(Service.audience == "public").order_by(Service.id).limit(2)
        ).all()
        for colleague, place, words in zip(self.colleagues[:2], services, said, strict=False):
            with clock.freeze(self.demo.days_ago(days, words)):
                endorsing.endorse(
                    self.session, colleague, self.service, nomination,
                    for_service_id=place.id, comment=words,
                )  # fmt: skip

    def _closed(self, nomination: Nomination, days: int) -> Sitting:
        at = self.demo.days_ago(days) if days else self.demo.now
        with clock.freeze(at):
            made = drawing.close_pool(
                self.session, self.manager, self.service, nomination,
                source="Les cinq numéros du Loto du samedi suivant, tels que les publie la FDJ"
                " (démonstration)",
                speaks_at=clock.now() + timedelta(days=2),
            )  # fmt: skip
        return self.session.get_one(Sitting, made)

    def _drawn(self, nomination: Nomination, days: int) -> Sitting:
        sitting = self._closed(nomination, days)
        with clock.freeze(sitting.speaks_at + timedelta(hours=3)):
            drawing.draw(self.session, self.manager, self.service, sitting, "7 12 21 33 40")
        return sitting

    def _members(self, sitting: Sitting) -> Sequence[Actor]:
        known = {each.person_id: each for each in (*self.crowd, *self.colleagues)}
        known |= {each.person_id: each for each in map(self.person, ("agente", "agent"))}
        seated = [each.person_id for each in sitting.places if each.standing == "seated"]
        return [known[each] for each in seated]

    def _vote(self, sitting: Sitting, *, favourable: bool) -> None:
        for member in self._members(sitting):
            deciding.vote(self.session, member, self.service, sitting, favourable=favourable)

    def _decide(self, sitting: Sitting, reasons: str) -> Ambassador | None:
        member = self._members(sitting)[0]
        return deciding.decide(self.session, member, self.service, sitting, reasons)

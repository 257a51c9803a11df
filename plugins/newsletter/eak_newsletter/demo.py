"""Letters for the demonstration: three that have left, a draft of what happened, and readers whom
nobody can take for real ones."""

from dataclasses import dataclass

from flask_babel import force_locale
from sqlalchemy import select, update

from eak_core.api import Actor, Demo, Service, Session, clock
from eak_newsletter.deliveries import queueing, running
from eak_newsletter.deliveries.tables import Delivery
from eak_newsletter.issues import composing, editing, freezing
from eak_newsletter.issues.tables import Issue
from eak_newsletter.models import Subscriber
from eak_newsletter.readers import importing, leaving, subscribing
from eak_newsletter.readers.subscribing import Wishes

#: How many readers the first letter had, and how many came before each of the next ones.
READERS = (24, 31, 42)
PROOF = "Inscription à la main, le jour de l’ouverture de la démonstration : personne n’existe."


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that left ``days`` before the demonstration is loaded."""

    days: float
    subject: str
    intro: str
    stories: tuple[tuple[str, str], ...]


LETTERS: dict[str, tuple[Letter, ...]] = {
    "laboratoire": (
        Letter(
            84,
            "Ce que trois mois d’essais nous ont appris",
            "Cette première lettre ne vante rien. Elle raconte ce qui a été tenté, ce qui a tenu et"
            " ce qui n’a pas tenu.\n\nRépondez-y si une phrase vous a paru obscure : c’est nous qui"
            " l’avons écrite, c’est à nous de la reprendre.",
            (
                (
                    "Le compost de quartier s’arrête, et c’est une bonne nouvelle",
                    (
                        "Six bacs, quatre mois, onze foyers. Les odeurs n’ont gêné personne ;"
                        " c’est la"
                        " clé du local qui a manqué.\n\nIl faudra un gardien ou un cadenas à code :"
                        " la fiche de l’essai dit lequel choisir, et ce que chacun coûte."
                    ),
                ),
                (
                    "Vous avez proposé, nous avons lu",
                    (
                        "Toutes les idées reçues ont une réponse motivée. Celles qui ne sont pas"
                        " retenues disent pourquoi, et ce qu’il faudrait pour qu’elles le soient."
                    ),
                ),
                (
                    "À venir : une outilothèque, si quelqu’un prête ses murs",
                    (
                        "Il manque vingt mètres carrés de plain-pied, près d’une gare. Une cave"
                        " saine"
                        " convient."
                    ),
                ),
            ),
        ),
        Letter(
            56,
            "Une perceuse sert douze minutes dans sa vie",
            "D’où l’idée d’en partager une. Ce mois-ci, la lettre parle d’objets qui dorment et de"
            " gens qui se réveillent tôt.",
            (
                (
                    "L’outilothèque cherche ses règles du jeu",
                    (
                        "Qui répond d’un doigt coincé ? L’association de Malakoff fait signer"
                        " une fiche"
                        " de prêt ; son assureur s’en contente. Nous avons copié la fiche."
                    ),
                ),
                (
                    "Toits verts : la terre mouillée pèse plus lourd que les bonnes intentions",
                    (
                        "Les toits de 1974 n’ont pas été calculés pour porter un jardin. Une"
                        " étude de"
                        " portance coûte moins cher qu’un plafond : elle passe donc en premier."
                    ),
                ),
                (
                    "Ce que vous nous avez fait corriger",
                    (
                        "La carte plaçait une idée dans la Seine. Merci à la personne qui nous a"
                        " signalé qu’elle y prenait l’eau."
                    ),
                ),
            ),
        ),
        Letter(
            28,
            "Quatre critères, et aucune moyenne",
            "On nous demande souvent quelle idée est « la meilleure ». Nous répondons par quatre"
            " profils, parce qu’une moyenne cache toujours quelqu’un.",
            (
                (
                    "Pourquoi nous ne faisons pas la moyenne",
                    (
                        "Une idée très belle et très chère n’est pas « moyenne » : elle est"
                        " belle et"
                        " chère. Les quatre critères restent côte à côte, jusque dans les"
                        " résultats."
                    ),
                ),
                (
                    "Voter, puis vérifier",
                    (
                        "Chaque vote donne un reçu. N’importe qui peut refaire le décompte chez"
                        " soi ;"
                        " deux lectrices l’ont fait, et ont trouvé comme nous."
                    ),
                ),
                (
                    "Ce que cette lettre ne sait pas",
                    (
                        "Elle ne sait pas si vous l’avez ouverte, ni où vous cliquez : nous avons"
                        " choisi de ne pas regarder. Si elle vous ennuie, dites-le-nous, ou"
                        " quittez-la"
                        " d’un clic."
                    ),
                ),
            ),
        ),
    ),
}


def play(session: Session, service: Service, demo: Demo) -> None:
    """Let letters have left, and a draft wait, in the service that has any to tell."""
    letters = LETTERS.get(service.slug)
    if letters is None:
        return
    actor = demo.actor(session, "gestion")
    for number, letter in enumerate(letters):
        with clock.freeze(demo.days_ago(letter.days + 2, f"readers {number}")):
            _subscribe(session, service, ([0, *READERS][number], READERS[number]))
        with clock.freeze(demo.days_ago(letter.days, letter.subject)):
            _send(session, actor, service, letter)
    with force_locale(composing.LANGUAGE):
        wishes, shown = Wishes("weekly"), subscribing.consent_text(service)
        subscribing.subscribe_account(
            session, demo.actor(session, "citoyenne"), service, wishes, shown
        )
    composing.compose(session, actor, service)


def _subscribe(session: Session, service: Service, numbers: tuple[int, int]) -> None:
    rhythms = ("issue", "issue", "issue", "weekly", "issue", "monthly")
    for number in range(*numbers):
        address = f"lecture-{service.slug}-{number}@demo.example"
        wishes = Wishes(rhythms[number % len(rhythms)])
        importing.take_in(session, Actor.system(), service, address, wishes, PROOF)


def _send(session: Session, actor: Actor, service: Service, letter: Letter) -> None:
    """Write a letter and say that it has left: nothing leaves a demonstration for the past."""
    issue = composing.compose(session, actor, service)
    for story in list(issue.stories):
        editing.leave_out(session, actor, service, issue.id, story.id, True)
    editing.reword(session, actor, service, issue.id, subject=letter.subject, intro=letter.intro)
    for title, text in letter.stories:
        editing.rewrite(session, actor, service, issue.id, None, title=title, text=text)
    session.expire(issue)
    freezing.freeze(session, actor, service, issue.id)
    running.begin(session, actor, service, issue.id)
    while queueing.fill_portion(session, issue.id):
        pass
    _arrive(session, issue)
    running.close(session, issue.id)
    _leave(session, service)


def _arrive(session: Session, issue: Issue) -> None:
    states = update(Delivery).where(Delivery.issue_id == issue.id)
    session.execute(states.values(state="sent", attempts=1, next_attempt_at=None))
    first, second, *_others = session.scalars(
        select(Delivery.id).where(Delivery.issue_id == issue.id).order_by(Delivery.id)
    ).all()
    refused = states.where(Delivery.id == first)
    session.execute(refused.values(state="failed", error="RCPT TO: 552 5.2.2 mailbox full"))
    session.execute(states.where(Delivery.id == second).values(state="unknown"))


def _leave(session: Session, service: Service) -> None:
    """One reader leaves after each letter."""
    last = session.scalar(
        select(Subscriber.id)
        .where(Subscriber.service_id == service.id, Subscriber.standing == "active")
        .order_by(Subscriber.id.desc())
        .limit(1)
    )
    if last is not None:
        leaving.stop(session, service, last, "link")

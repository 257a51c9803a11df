"""Partners for the demonstration, plainly invented: who they are, and what they bring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from eak_core.api import Demo, Service, Session, clock, has_outcome
from eak_matchmaking.models import Organisation
from eak_matchmaking.needs.stating import NeedTerms, state
from eak_matchmaking.offers.offering import OfferTerms, draft, publish_offer
from eak_matchmaking.organisations import members, registering, standing
from eak_matchmaking.organisations.registering import Profile


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation that ``person`` presents, ``days`` before the demonstration is loaded, in the
    first of ``services``; it comes to the others later. ``verified`` is why, if it is."""

    name: str
    kind: str
    person: str
    days: float
    services: Sequence[str]
    about: str
    communes: Sequence[str] = ()
    pioneering: str = ""
    motivation: str = ""
    verified: str = ""


@dataclass(frozen=True, slots=True)
class Brought:
    """What a partner offers in a service, for so many ``months`` from the loading on; ``draft``
    where nobody but its members sees it."""

    partner: str
    service: str
    kind: str
    title: str
    details: str
    quantity: int | None = None
    unit: str = ""
    capacity: int = 1
    months: int = 0
    communes: Sequence[str] = ()
    conditions: str = ""
    private: str = ""
    draft: bool = False


PARTNERS: Mapping[str, Partner] = {
    "toits": Partner(
        "Démo – Les Toits vivants", "association", "citoyenne", 48.2, ("laboratoire", "culture"),
        "Une trentaine de jardiniers, d’étancheurs et d’enseignants qui plantent des toits avec"
        " celles et ceux qui vivent dessous.",
        ("92050", "92012"),
        "Le premier toit potager de collège du département, ouvert en 2016 et visité depuis par"
        " quarante communes.",
        "Parce qu’un toit vide, l’été, c’est une salle de classe à 36 °C.",
        "Visite de leur toit-école le mois dernier ; statuts et assurance vérifiés.",
    ),
    "fabrique": Partner(
        "Démo – La Fabrique du coin", "association", "habitante", 45.4, ("laboratoire",),
        "Un atelier partagé : bois, métal, couture, et un établi toujours libre pour les voisins.",
        ("92049",),
        "Prête ses outils à l’heure depuis 2012, avec un règlement que d’autres ont repris.",
        "On répare mieux une ville quand on sait tenir un tournevis.",
        "Rencontre sur place, assurance responsabilité civile fournie.",
    ),
    "ferme": Partner(
        "Démo – La Ferme des Talus", "company", "citoyen", 40.1, ("laboratoire", "mobilites"),
        "Maraîchage et compostage le long des voies ferrées, avec des salariés en insertion.",
        ("92078", "92036"),
        motivation="Les talus appartiennent à tout le monde ; autant qu’ils nourrissent.",
        verified="Entreprise solidaire d’utilité sociale, agrément consulté.",
    ),
    "ecole": Partner(
        "Démo – École des matières", "school", "agente", 38.6, ("laboratoire", "culture"),
        "Quatre cents élèves ingénieurs et designers, six laboratoires, une halle d’essais.",
        ("92022",),
        "Ouvre sa halle aux habitants un samedi par mois depuis dix ans.",
        "Une école publique doit ses outils à qui les paie.",
        "Convention existante avec le Département.",
    ),
    "musee": Partner(
        "Démo – Les Amis du petit musée", "association", "habitante", 33.9, ("culture",),
        "Des bénévoles qui ouvrent les réserves, racontent les œuvres et les font voyager.",
        ("92064",),
        "Première « valise-musée » prêtée à une classe, en 2009.",
        "Une œuvre que personne ne voit n’est conservée pour personne.",
        "Association agréée, connue du service depuis 2009.",
    ),
    "ondes": Partner(
        "Démo – Ondes de proximité", "collective", "citoyen", 30.3, ("culture",),
        "Un collectif d’habitants qui enregistre les voix du quartier et les donne à entendre.",
        ("92012",),
        motivation="Pour que les usines parlent encore quand leurs murs seront tombés.",
    ),
    "nuit": Partner(
        "Démo – Veilleurs d’étude", "association", "citoyenne", 27.7, ("culture",),
        "Des étudiants qui gardent des lieux ouverts le soir pour celles et ceux qui n’ont pas de"
        " chambre à eux.",
        ("92050", "92026"),
        verified="Référente rencontrée, charte de bénévolat vérifiée.",
    ),
    "roue": Partner(
        "Démo – La Roue libre", "company", "habitante", 26.0, ("mobilites",),
        "Une coopérative de vélos cargos : location, réparation, formation.",
        ("92040", "92012"),
        "A livré les premières rues-écoles du département en barrières mobiles.",
        "Moins de voitures, plus d’enfants dehors.",
        "Coopérative connue des services de voirie.",
    ),
    "rive": Partner(
        "Démo – Bateliers de la rive", "company", "citoyen", 22.5, ("mobilites",),
        "Trois bateaux électriques, deux capitaines, et l’envie de traverser autrement.",
        ("92012", "92072"),
    ),
    "acces": Partner(
        "Démo – Tous les trottoirs", "collective", "agent", 20.8, ("mobilites", "coulisses"),
        "Des personnes en fauteuil, des parents et des aînés qui marchent la ville et la notent.",
        motivation="Un trottoir praticable par le plus gêné l’est par tout le monde.",
        verified="Collectif reçu par la mission handicap.",
    ),
    "donnees": Partner(
        "Démo – Chiffres ouverts", "public_body", "agente", 18.2, ("mobilites", "coulisses"),
        "Une équipe de statisticiens publics qui prêtent des données et la façon de les lire.",
        verified="Organisme public.",
    ),
    "reemploi": Partner(
        "Démo – Seconde Vie", "association", "agent", 15.9, ("coulisses", "laboratoire"),
        "Du mobilier de bureau collecté, réparé et remis en service plutôt que jeté.",
        ("92024",),
    ),
}  # fmt: skip

OFFERS: Sequence[Brought] = (
    Brought(
        "toits", "laboratoire", "skill", "Étude de portance et plan de plantation",
        "Deux visites, un relevé de structure et un plan que les élèves peuvent suivre.",
        12, "jours", 2, 8, ("92050", "92012"), "Le collège désigne un référent.",
        "Préférence pour un toit accessible par un escalier.",
    ),
    Brought(
        "toits", "culture", "equipment", "Terre légère et bacs pour une terrasse",
        "De quoi planter une première terrasse, transport compris.", 40, "m²", 1, 6,
    ),
    Brought(
        "fabrique", "laboratoire", "equipment", "Trente outils à prêter et leur fiche de consignes",
        "Perceuses, ponceuses, échelles : entretenus, étiquetés, assurés.", 30, "outils", 3, 9,
        ("92049", "92050"), "Une fiche de prêt signée pour chaque sortie.",
    ),
    Brought(
        "ferme", "laboratoire", "place", "Une parcelle de compostage de quartier",
        "Avec un maître composteur deux matinées par semaine.", 200, "m²", 1, 10, ("92078",),
    ),
    Brought(
        "ecole", "laboratoire", "place", "La halle d’essais, un samedi par mois",
        "Machines, établis et deux encadrants ; les habitants y sont chez eux.",
        1, "samedi par mois", 2, 12, ("92022",), "Vingt personnes à la fois.",
    ),
    Brought(
        "ecole", "culture", "skill", "Une promotion de designers pour une scénographie",
        "Cinq étudiants pendant un semestre, encadrés par deux enseignants.", 5, "étudiants", 1, 6,
    ),
    Brought(
        "musee", "culture", "public", "Six classes volontaires et leurs enseignants",
        "Nous connaissons les collèges qui n’attendent que cela.", 6, "classes", 2, 9, ("92064",),
    ),
    Brought(
        "ondes", "culture", "skill", "Enregistrer et monter des récits d’anciens ouvriers",
        "Trois preneurs de son bénévoles et leur matériel.", 20, "entretiens", 1, 5, ("92012",),
    ),
    Brought(
        "nuit", "culture", "skill", "Des veilleurs de bibliothèque jusqu’à minuit",
        "Accueil, calme et fermeture : deux personnes par soir.", 2, "veilleurs par soir", 1, 4,
        ("92050",), "Une formation aux premiers secours avant la première nuit.",
    ),
    Brought(
        "roue", "mobilites", "equipment", "Barrières mobiles et six vélos cargos",
        "Installés le matin, rangés le soir par les parents que nous formons.", 6, "vélos", 2, 7,
        ("92040", "92012"),
    ),
    Brought(
        "rive", "mobilites", "equipment", "Un bateau électrique et son capitaine",
        "Douze passagers, accessible en fauteuil.", 1, "bateau", 1, 6, ("92012", "92072"),
        private="Coût réel : 140 € l’heure, à négocier.",
    ),
    Brought(
        "acces", "mobilites", "public", "Quarante marcheurs qui notent les trottoirs",
        "Avec ou sans téléphone, une fois par semaine.", 40, "personnes", 1, 6,
    ),
    Brought(
        "donnees", "mobilites", "data", "Les comptages piétons des trois dernières années",
        "Par rue et par heure, expliqués, sous licence ouverte.", 3, "années", 5,
    ),
    Brought(
        "reemploi", "coulisses", "equipment", "Deux cents meubles remis en état",
        "Avec leur inventaire et leur histoire.", 200, "meubles", 2, 6, ("92024",),
    ),
    Brought(
        "reemploi", "laboratoire", "money", "Une aide au démarrage", "Sur dossier d’une page.",
        2_000, draft=True,
    ),
)  # fmt: skip

#: By the keys of the demonstration's ideas: kind, what, quantity, unit.
NEEDS: Mapping[str, Sequence[tuple[str, str, int | None, str]]] = {
    "outilotheque": (
        ("equipment", "Des outils entretenus et assurés", 25, "outils"),
        ("skill", "Quelqu’un qui tienne la permanence du samedi", 1, "personne"),
    ),
    "toits-verts": (
        ("skill", "Une étude de portance des toits", 10, "jours"),
        ("place", "Un toit de collège accessible", 300, "m²"),
        ("money", "De quoi acheter la terre et les plants", 8_000, ""),
    ),
    "fablab-mobile": (
        ("place", "Un lieu où stationner et s’abriter l’hiver", None, ""),
        ("equipment", "Une découpeuse laser qui voyage", 1, "machine"),
    ),
    "musee-classe": (("public", "Des classes volontaires", 4, "classes"),),
    "voix-quartier": (
        ("skill", "Enregistrer et monter les récits", 12, "entretiens"),
        ("money", "L’impression des plans de balade", 1_500, ""),
    ),
    "bibliotheque-nuit": (("skill", "Des veilleurs pour fermer à minuit", 2, "personnes"),),
    "rue-ecole": (("equipment", "Des barrières que deux parents peuvent porter", 4, "barrières"),),
    "passeur": (("equipment", "Un bateau électrique et qui le pilote", 1, "bateau"),),
    "trottoirs": (
        ("public", "Des marcheurs de tous âges", 30, "personnes"),
        ("data", "Les comptages piétons existants", None, ""),
    ),
    "meubles": (("place", "Une réserve au sec", 150, "m²"),),
}


def play(session: Session, service: Service, demo: Demo) -> None:
    """Let the partners of the demonstration come to ``service``, offer, and be told what is
    missing."""
    for key, partner in PARTNERS.items():
        if service.slug in partner.services:
            _come(session, service, demo, key, partner)
    for brought in OFFERS:
        if brought.service == service.slug:
            _offer(session, service, demo, brought)
    for idea_key, needs in NEEDS.items():
        idea = demo.ideas.get(idea_key)
        # Where votes are on, some of these ideas have won or lost already.
        if idea is None or idea.service_id != service.id or has_outcome(idea):
            continue
        actor = demo.actor(session, "gestion")
        for number, (kind, what, quantity, unit) in enumerate(needs):
            terms = NeedTerms(kind=kind, what=what, quantity=quantity, unit=unit)
            with clock.freeze(demo.days_ago(11 - number, what)):
                state(session, actor, service, idea, terms)


def _come(session: Session, service: Service, demo: Demo, key: str, partner: Partner) -> None:
    actor = demo.actor(session, partner.person)
    there = _known(session, partner)
    if there is None:
        profile = Profile(
            name=partner.name,
            kind=partner.kind,
            communes=partner.communes,
            about=partner.about,
            pioneering=partner.pioneering,
            motivation=partner.motivation,
        )
        with clock.freeze(demo.days_ago(partner.days, key)):
            there = registering.register(session, actor, service, profile, form_key=None)
    else:
        with clock.freeze(demo.days_ago(partner.days - 1, key)):
            registering.come_too(session, actor, service, there)
    if partner.verified:
        with clock.freeze(demo.days_ago(partner.days - 2, key)):
            manager = demo.actor(session, "gestion")
            standing.verify(session, manager, service, there, partner.verified)


def _offer(session: Session, service: Service, demo: Demo, brought: Brought) -> None:
    partner = PARTNERS[brought.partner]
    organisation, actor = _known(session, partner), demo.actor(session, partner.person)
    if organisation is None:
        return
    members.act_for(session, actor, service, organisation)
    terms = OfferTerms(
        kind=brought.kind,
        title=brought.title,
        details=brought.details,
        quantity=brought.quantity,
        unit=brought.unit,
        capacity=brought.capacity,
        communes=brought.communes,
        ends_on=_ends(demo, brought.months),
        conditions=brought.conditions,
        private_conditions=brought.private,
    )
    with clock.freeze(demo.days_ago(12, brought.title)):
        offer = draft(session, actor, service, terms)
        if not brought.draft:
            publish_offer(session, actor, service, offer)


def _known(session: Session, partner: Partner) -> Organisation | None:
    return session.scalar(select(Organisation).where(Organisation.name == partner.name))


def _ends(demo: Demo, months: int) -> date | None:
    return (demo.now + timedelta(days=30 * months)).date() if months else None

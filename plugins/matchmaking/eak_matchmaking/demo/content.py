"""What the partners of the demonstration are called, bring and propose; all of it is invented."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


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
class Proposed:
    """A ``partner`` proposes to pilot an ``idea`` with what it offers under a ``title``; then those
    concerned answer, each of ``steps`` a day after the one before: what, who, in which words."""

    partner: str
    idea: str
    days: float
    brings: str
    place: str
    timing: str
    team: str
    title: str = ""
    conflict: str = ""
    steps: Sequence[tuple[str, str, str]] = ()


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
        "Démo – Les Amis du petit musée", "association", "citoyen", 33.9, ("culture",),
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
        "Démo – La Roue libre", "company", "citoyenne", 26.0, ("mobilites",),
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
        12, "jours", 2, 8, ("92050", "92049", "92007"), "Le collège désigne un référent.",
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
        "Avec un maître composteur deux matinées par semaine.",
        200, "m²", 1, 10, ("92078", "92036"),
    ),
    Brought(
        "ecole", "laboratoire", "place", "La halle d’essais, un samedi par mois",
        "Machines, établis et deux encadrants ; les habitants y sont chez eux.",
        1, "samedi par mois", 2, 12, ("92022", "92036"), "Vingt personnes à la fois.",
    ),
    Brought(
        "ecole", "laboratoire", "skill", "Deux élèves pour une permanence hebdomadaire",
        "Deux élèves ingénieurs, le samedi matin, pendant toute l’année scolaire.",
        2, "élèves", 1, 10, ("92050",),
    ),
    Brought(
        "ecole", "culture", "skill", "Une promotion de designers pour une scénographie",
        "Cinq étudiants pendant un semestre, encadrés par deux enseignants.", 5, "étudiants", 1, 6,
    ),
    Brought(
        "musee", "culture", "public", "Six classes volontaires et leurs enseignants",
        "Nous connaissons les collèges qui n’attendent que cela.",
        6, "classes", 2, 9, ("92064", "92002"),
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
        ("92023", "92020"),
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


PROPOSALS: Sequence[Proposed] = (
    Proposed(
        "fabrique", "outilotheque", 10.2,
        "Trente outils entretenus et deux bénévoles pour la permanence.",
        "Dans l’ancien local du gardien, à Nanterre.", "De janvier à juin, le samedi matin.",
        "Deux bénévoles de l’atelier et les habitants du hall B.",
        "Trente outils à prêter et leur fiche de consignes",
        steps=(
            ("view", "citoyenne", "Ils prêtent déjà sans perdre un tournevis : oui, mille fois."),
            ("accept", "gestion", ""),
        ),
    ),
    Proposed(
        "ecole", "outilotheque", 9.6,
        "Un logiciel de réservation écrit par nos élèves.", "En ligne.", "Au second semestre.",
        "Une équipe de quatre élèves.",
        steps=(
            ("decline", "gestion",
             "Une feuille au mur suffit pour commencer ; revenez nous voir si le prêt prend."),
        ),
    ),
    Proposed(
        "toits", "toits-verts", 8.4,
        "L’étude de portance, puis un plan de plantation que les élèves suivent.",
        "Un collège de Montrouge, à choisir ensemble.",
        "L’étude en janvier, la plantation en mars.",
        "Un étancheur, une jardinière, une classe volontaire.",
        "Étude de portance et plan de plantation",
        steps=(
            ("view", "habitante",
             "C’est l’étude qui nous manquait. Prévoir un accès par l’escalier."),
        ),
    ),
    Proposed(
        "ferme", "fablab-mobile", 6.1,
        "Un hangar où le bibliobus dort l’hiver, et de quoi l’alimenter en courant.",
        "Au bord des voies, à Villeneuve-la-Garenne.", "De décembre à mars.", "Le chef d’équipe.",
        "Une parcelle de compostage de quartier",
    ),
    Proposed(
        "ondes", "voix-quartier", 7.3,
        "Les entretiens, le montage, et la balade du dimanche.", "Le long des anciennes usines.",
        "Un trimestre.", "Trois preneurs de son.",
        "Enregistrer et monter des récits d’anciens ouvriers",
        "L’auteur de l’idée est membre de notre collectif.",
        (
            ("ask", "gestion",
             "Qui garde les enregistrements, et avec quel accord des personnes ?"),
            ("answer", "citoyen",
             "Les archives municipales, avec une autorisation signée que chacun peut reprendre."),
        ),
    ),
    Proposed(
        "musee", "musee-classe", 5.8,
        "Les classes, et deux médiateurs pour la première semaine.", "Au collège.",
        "De mars à mai.", "Deux bénévoles et l’enseignante d’arts plastiques.",
        "Six classes volontaires et leurs enseignants",
    ),
    Proposed(
        "roue", "rue-ecole", 6.6,
        "Les barrières, les vélos, et la formation des parents.", "Devant deux écoles.",
        "De mars à juin.", "Deux salariés de la coopérative.",
        "Barrières mobiles et six vélos cargos",
        steps=(
            ("withdraw", "citoyenne",
             "Nos barrières sont promises ailleurs ce printemps ; nous reviendrons à l’automne."),
        ),
    ),
)  # fmt: skip

"""Comments for the demonstration, written by its people through the plugin's own functions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from eak_core.api import Demo, Service, Session, clock
from eak_discussion.comments import hide_comment, post_comment, withdraw_comment
from eak_discussion.models import Comment


@dataclass(frozen=True, slots=True)
class Said:
    """``person`` said ``body``, ``days`` before the demonstration is loaded; then ``answers``."""

    person: str
    stance: str
    days: float
    body: str
    answers: "Sequence[Said]" = field(default=())
    hidden: str = ""
    withdrawn: bool = False


#: By the keys of the demonstration's ideas.
DISCUSSIONS: dict[str, Sequence[Said]] = {
    "outilotheque": (
        Said(
            "habitante", "for", 20.3,
            "Dans mon immeuble, nous avons compté **onze perceuses** pour quatorze logements. Je"
            " prête la mienne dès l’ouverture.",
            (
                Said(
                    "agente", "neutral", 19.6,
                    "Merci ! Qui répond si un outil prêté blesse quelqu’un ? Nous regardons ce que"
                    " couvre l’assurance des associations.",
                    (
                        Said(
                            "citoyenne", "for", 19.2,
                            "@Démo Agente, à Malakoff l’association fait signer une fiche de prêt"
                            " avec les consignes ; leur assureur s’en contente.",
                        ),
                    ),
                ),
            ),
        ),
        Said(
            "citoyen", "against", 17.1,
            "Les outils reviendront abîmés et personne ne paiera les réparations. Il faudrait au"
            " moins une caution.",
            (
                Said(
                    "habitante", "neutral", 16.8,
                    "Une caution écarterait ceux qui en ont le plus besoin. Pourquoi pas quelques"
                    " heures d’atelier à la place ?",
                ),
            ),
        ),
        Said(
            "citoyen", "against", 16.5,
            "Encore une idée de gens qui n’ont jamais tenu un marteau.",
            hidden="Attaque personnelle : la charte demande de discuter les idées, pas les gens.",
        ),
    ),
    "toits-verts": (
        Said(
            "citoyenne", "for", 12.4,
            "L’été dernier il faisait 36 °C au dernier étage du collège. Même deux degrés de moins"
            " changeraient les cours de l’après-midi.",
        ),
        Said(
            "agent", "neutral", 11.9,
            "Avant toute chose, une étude de portance : ces toits de 1974 ne supportent pas tous"
            " la terre mouillée.",
            (Said("citoyen", "neutral", 11.5, "Cette étude, combien coûte-t-elle ?"),),
        ),
    ),
    "frigos": (
        Said(
            "habitante", "for", 8.2,
            "Celui de la gare voisine est vide chaque soir : il en faudrait un deuxième.",
        ),
    ),
    "musee-classe": (
        Said(
            "citoyenne", "for", 9.4,
            "Les quatrièmes de mon collège sont volontaires : ils feraient eux-mêmes les visites"
            " pour les plus jeunes.",
        ),
        Said(
            "citoyen", "neutral", 8.9,
            "Et pour les collèges sans salle qui ferme à clé ?",
            withdrawn=True,
        ),
    ),
    "bibliotheque-nuit": (
        Said(
            "citoyen", "against", 6.3,
            "Les voisins n’ont rien demandé. Une fermeture à 22 heures suffirait pour"
            " un premier essai.",
            (
                Said(
                    "habitante", "for", 6.1,
                    "À 22 heures, ceux qui travaillent le soir commencent seulement à réviser.",
                ),
            ),
        ),
    ),
    "reunions": (
        Said(
            "agent", "for", 5.2,
            "Mon équipe l’a fait deux mois de suite : les dossiers de fond ont été rendus à"
            " l’heure.",
        ),
        Said(
            "agente", "for", 4.8,
            "On commence en janvier ? Je tiens le compte des heures gagnées.",
        ),
    ),
    "cafe-reparation": (
        Said(
            "citoyen", "neutral", 341.0,
            "Réparer un grille-pain branché sur le secteur, ce n’est pas rien. Qui vérifie avant"
            " que je le rebranche chez moi ?",
            (
                Said(
                    "habitante", "for", 340.5,
                    "Deux électriciens retraités testent chaque appareil sur un bloc protégé. Rien"
                    " ne repart sans leur étiquette.",
                ),
            ),
        ),
    ),
    "eau-pluie": (
        Said(
            "agente", "neutral", 333.0,
            "L’eau d’un toit ne se boit pas, et le robinet doit le dire. Pour les plantations, rien"
            " ne s’y oppose.",
        ),
    ),
    "permis-jouer": (
        Said(
            "habitante", "against", 314.0,
            "Je travaille de nuit. De 14 à 16 heures, je dors : qu’on ne choisisse pas ces"
            " heures-là.",
            (
                Said(
                    "citoyenne", "neutral", 313.6,
                    "C’est bien pour cela qu’il faut des heures dites. Lesquelles vous iraient ?",
                ),
            ),
        ),
    ),
    "bancs-parler": (
        Said(
            "citoyen", "for", 270.0,
            "Ma mère s’y est assise trois jours de suite. Le quatrième, quelqu’un est venu.",
        ),
    ),
    "jardin-college": (
        Said(
            "citoyenne", "for", 225.0,
            "Tout pousse en juillet, quand le collège est fermé. Confier les clés aux voisins l’été"
            " est la moitié de l’idée.",
        ),
        Said(
            "agent", "neutral", 224.0,
            "Une clé par famille, ou un code qui change chaque semaine ? La seconde solution évite"
            " les doubles.",
        ),
    ),
    "coffre-jeux": (
        Said(
            "habitante", "for", 119.0,
            "À Sceaux, le coffre n’a jamais été forcé : les enfants surveillent leurs échasses.",
        ),
        Said(
            "citoyen", "against", 118.4,
            "Et quand il pleut ? Un coffre mouillé, c’est un coffre que plus personne n’ouvre.",
        ),
    ),
    "composte-marche": (
        Said(
            "citoyenne", "for", 84.0,
            "Les maraîchers sont partants si la benne est là avant midi. Après, ils ont déjà tout"
            " chargé.",
        ),
    ),
    "imprimante-prothese": (
        Said(
            "habitante", "for", 56.0,
            "Le repose-pied de mon fils a attendu sept semaines une pièce de douze grammes.",
            (
                Said(
                    "agent", "neutral", 55.5,
                    "Pourriez-vous nous la montrer ? Nous cherchons justement les dix premières"
                    " pièces à dessiner.",
                ),
            ),
        ),
    ),
    "piano-hopital": (
        Said(
            "agente", "neutral", 211.0,
            "Un piano se désinfecte touche par touche. L’équipe d’hygiène demande un modèle à"
            " clavier lisse.",
        ),
    ),
    "theatre-cage": (
        Said(
            "citoyen", "for", 100.0,
            "Au quatrième sans ascenseur, c’est le théâtre qui monte : cela change.",
        ),
        Said(
            "citoyenne", "neutral", 99.2,
            "Prévoyez des chaises : l’escalier est dur pour qui a mal au dos.",
        ),
    ),
    "veillee-contes": (
        Said(
            "habitante", "for", 10.0,
            "Je peux conter en portugais. Qui prend le tamoul ?",
        ),
    ),
    "courrier-clair": (
        Said(
            "agente", "for", 179.0,
            "La lettre de relance fait rappeler une personne sur trois. Commençons par elle.",
        ),
    ),
}  # fmt: skip


def play(session: Session, service: Service, demo: Demo) -> None:
    """Let the people of the demonstration discuss the ideas of ``service``."""
    for key, discussion in DISCUSSIONS.items():
        idea = demo.ideas.get(key)
        if idea is not None and idea.service_id == service.id:
            for said in discussion:
                _say(session, service, demo, idea, said, None)


def _say(
    session: Session, service: Service, demo: Demo, idea: Any, said: Said, parent: Comment | None
) -> None:
    actor = demo.actor(session, said.person)
    with clock.freeze(demo.days_ago(said.days)):
        comment = post_comment(
            session, actor, service, idea, body=said.body, stance=said.stance, parent=parent
        )
        if said.withdrawn:
            withdraw_comment(session, actor, service, comment)
    for answer in said.answers:
        _say(session, service, demo, idea, answer, comment)
    if said.hidden:
        with clock.freeze(demo.days_ago(said.days - 1)):
            hide_comment(session, demo.actor(session, "gestion"), service, comment, said.hidden)

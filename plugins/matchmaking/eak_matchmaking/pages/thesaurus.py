"""Words that mean the same, for those who run a service."""

from flask import g, url_for
from wtforms import TextAreaField
from wtforms.validators import Length

from eak_core.api import Answer, Form, _, _l, attempt, current_session, form_page, render
from eak_matchmaking.pages.blueprint import manage
from eak_matchmaking.suggestions import thesaurus as rules
from eak_matchmaking.suggestions.thesaurus import Group


class GroupForm(Form):
    """The words of one group."""

    terms = TextAreaField(
        _l("Words and expressions, with commas between"),
        description=_l(
            "One form of each word is enough: its plural is recognised. Put “=” behind a word that"
            " counts only as it is written."
        ),
        validators=[Length(max=rules.MOST_TERMS * (rules.TERM_LENGTH + 2))],
    )


@manage.get("/thesaurus")
def thesaurus() -> Answer:
    """All groups of the service: its own, changed, switched off, and as they came."""
    groups = rules.groups_of(current_session(), g.service.id)
    return render(
        "matchmaking/thesaurus.html",
        own=[each for each in groups if each.number is None],
        built_in=[each for each in groups if each.number is not None],
        most=rules.MOST_OWN,
    )


@manage.route("/thesaurus/nouveau", methods=["GET", "POST"])
def new_group() -> Answer:
    """Add a group of the service."""
    return _change(None)


@manage.route("/thesaurus/origine/<int:number>", methods=["GET", "POST"])
def built_in_group(number: int) -> Answer:
    """Change a group that came with the plugin, or switch it off."""
    return _change(rules.group_of(current_session(), g.service, number, None))


@manage.route("/thesaurus/<int:group_id>", methods=["GET", "POST"])
def own_group(group_id: int) -> Answer:
    """Change a group of the service, or delete it."""
    found = rules.group_of(current_session(), g.service, None, group_id)
    return _change(found)


def _change(group: Group | None) -> Answer:
    shown = group and (group.terms or group.built_in)
    form = GroupForm(data={"terms": ", ".join(shown)} if shown else None)
    return attempt(
        form,
        lambda: rules.change(
            current_session(), g.actor, g.service, group, rules.terms_of(form.terms.data or "")
        ),
        done=(_("The lists of suggestions follow it from now on."), url_for(".thesaurus")),
    ) or form_page("matchmaking/thesaurus_group.html", form, group=group)

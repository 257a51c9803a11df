"""The words that mean the same, as those who run a service change them."""

from collections.abc import Sequence

import pytest

from eak_core.errors import Forbidden, Invalid, Refused
from eak_matchmaking.suggestions import thesaurus
from eak_matchmaking.suggestions.thesaurus import Group
from tests.plugins.matchmaking.resources import Resources
from tests.plugins.matchmaking.test_suggestions import idea_in, suggested


def groups(resources: Resources) -> Sequence[Group]:
    with resources.site.reading() as session:
        return thesaurus.groups_of(session, resources.service.id)


def change(resources: Resources, group: Group | None, *terms: str) -> None:
    actor = resources.manager
    with resources.site.writing() as session:
        thesaurus.change(session, actor, resources.service, group, terms)


def built_in(resources: Resources, term: str) -> Group:
    [found] = [each for each in groups(resources) if each.built_in[:1] == (term,)]
    return found


def words_in_common(resources: Resources) -> list[str]:
    idea = idea_in(resources)
    resources.state(idea=idea, what="Une salle et un zodiac")
    [found] = suggested(resources, idea)
    [words] = [each for each in found.best[0].score.parts if each.kind == "words"]
    return list(words.items)


def test_lists_follow_groups_that_are_added_changed_switched_off_and_brought_back(
    resources: Resources,
) -> None:
    resources.publish(title="Un hangar et un canot", details="")
    assert words_in_common(resources) == ["salle ≈ hangar"]
    change(resources, None, "zodiac", "canot pneumatique", "canot")
    assert "zodiac ≈ canot" in words_in_common(resources)
    change(resources, built_in(resources, "salle"))
    assert words_in_common(resources) == ["zodiac ≈ canot"]
    [own] = [each for each in groups(resources) if each.number is None]
    change(resources, own, "zodiac", "barque")
    assert words_in_common(resources) == []
    off = built_in(resources, "salle")
    assert (off.terms, off.changed) == ((), True)
    change(resources, off, "salle", "préau couvert", "hangar")
    assert words_in_common(resources) == ["salle ≈ hangar"]
    changed = built_in(resources, "salle")
    change(resources, changed, *changed.built_in)
    assert built_in(resources, "salle").changed is False
    [own] = [each for each in groups(resources) if each.number is None]
    change(resources, own)
    assert all(each.number is not None and not each.changed for each in groups(resources))
    assert len(resources.happened("thesaurus_edited")) == 6


@pytest.mark.parametrize("database", ["sqlite"])
def test_saying_the_same_again_is_no_event(resources: Resources) -> None:
    change(resources, built_in(resources, "salle"), *built_in(resources, "salle").terms)
    assert resources.happened("thesaurus_edited") == []


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "terms",
    [
        (),
        ("zodiac",),
        ("zodiac", "zodiacs"),
        ("zodiac", "!!!"),
        ("zodiac", "la"),
        ("zodiac", "salles"),
        ("zodiac", "nids de poule"),
        ("zodiac", "x" * 61),
        tuple(f"terme{number}" for number in range(21)),
    ],
)
def test_what_cannot_be_a_group_is_refused_with_a_sentence(
    resources: Resources, terms: tuple[str, ...]
) -> None:
    with pytest.raises(Invalid) as refused:
        change(resources, None, *terms)
    assert set(refused.value.fields) == {"terms"}
    assert all(each.number is not None for each in groups(resources))


def test_a_service_has_so_many_groups_at_most(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thesaurus, "MOST_OWN", 2)
    change(resources, None, "zodiac", "canot")
    change(resources, None, "kayak", "pirogue")
    with pytest.raises(Refused):
        change(resources, None, "pédalo", "gondole")


@pytest.mark.parametrize("database", ["sqlite"])
def test_only_those_who_run_the_service_change_words(resources: Resources) -> None:
    with pytest.raises(Forbidden), resources.site.writing() as session:
        actor = resources.site.people.actor(resources.site.people.citizen)
        thesaurus.change(session, actor, resources.service, None, ("zodiac", "canot"))


def test_a_word_that_an_upgrade_brings_twice_breaks_no_list() -> None:
    read = thesaurus._read((("zodiac", "canot"), ("salle", "zodiac"), ("barque", "canots", "yole")))
    assert [len(each) for each in read.groups] == [2, 2]


@pytest.mark.parametrize("database", ["sqlite"])
def test_another_service_keeps_its_words(resources: Resources) -> None:
    change(resources, None, "zodiac", "canot")
    with resources.site.reading() as session:
        elsewhere = thesaurus.groups_of(session, resources.service.id + 1)
    assert all(each.number is not None for each in elsewhere)

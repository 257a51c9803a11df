"""A page as a reader meets it: its forms, and what names each of their controls."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from eak_core.kit.testing.uploads import Upload

_VOID = frozenset({"input", "br", "img", "hr", "meta", "link", "source", "wbr", "area", "col"})
_CONTROLS = frozenset({"input", "select", "textarea", "button"})
#: Inputs that need no label: nobody sees them, or what they say stands in them.
_SPEAK_FOR_THEMSELVES = frozenset({"hidden", "submit", "reset", "button"})

Attributes = Mapping[str, str]


@dataclass
class Control:
    """One input, list, text area or button of a form."""

    tag: str
    attributes: Attributes
    inside_label: bool = False
    text: str = ""
    options: list["Option"] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.attributes.get("name", "")

    @property
    def kind(self) -> str:
        """``text``, ``checkbox`` …; of other tags than ``input``, the tag."""
        return self.attributes.get("type", "text").lower() if self.tag == "input" else self.tag

    @property
    def sent(self) -> list[str]:
        """What a browser would send of it if nobody touched it."""
        if self.kind in {"checkbox", "radio"}:
            on = self.attributes.get("value", "on")
            return [on] if "checked" in self.attributes else []
        if self.kind in {"submit", "button", "reset", "image", "file"}:
            return []
        if self.tag == "select":
            alone = "multiple" not in self.attributes
            chosen = [option for option in self.options if "selected" in option.attributes]
            return [each.value for each in chosen or (self.options[:1] if alone else [])]
        if self.tag == "textarea":
            # As HTML is read: line ends are normal, and the first one only opens the area.
            return [self.text.replace("\r\n", "\n").removeprefix("\n")]
        return [self.attributes.get("value", "")]


@dataclass
class Option:
    """One of the choices of a list."""

    attributes: Attributes
    text: str = ""

    @property
    def value(self) -> str:
        """What is sent of it: what it says, where it does not give a value of its own."""
        return self.attributes.get("value", " ".join(self.text.split()))


@dataclass
class PageForm:
    """A form of a page, and where it goes."""

    attributes: Attributes
    controls: list[Control] = field(default_factory=list)
    in_main: bool = True

    @property
    def action(self) -> str:
        """The address it is sent to; empty for the page's own."""
        return self.attributes.get("action", "")

    @property
    def method(self) -> str:
        return self.attributes.get("method", "get").lower()

    def is_at(self, where: str) -> bool:
        """Whether ``where`` is part of its address, or its id."""
        return where in self.action or self.attributes.get("id") == where

    def filled(self, values: Mapping[str, object]) -> dict[str, list[Any]]:
        """What is sent when a person changes ``values`` and nothing else. A list chooses several,
        None leaves something out, and a file is an `Upload`. KeyError for a name that the form does
        not show."""
        known = {control.name for control in self.controls}
        unknown = sorted(set(values) - known)
        if unknown:
            shown = ", ".join(sorted(filter(None, known)))
            raise KeyError(f"the form has no {', '.join(unknown)}; it shows {shown}")
        sent: dict[str, list[Any]] = {}
        for control in self.controls:
            if control.name and control.name not in values:
                sent.setdefault(control.name, []).extend(control.sent)
        for name, value in values.items():
            if value is None or value is False:
                continue
            several = value if isinstance(value, list | tuple) else [value]
            sent[name] = [_sent(each) for each in several]
        return sent


def _sent(value: object) -> Any:
    if isinstance(value, Upload):
        return BytesIO(value.content), value.name
    return "on" if value is True else str(value)


class Page(HTMLParser):
    """What of a page matters to tests: its ``text``, ``forms`` in their order, ``ids``, ``labels``
    (for), and ``links``: where it leads to."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = html
        self.forms: list[PageForm] = []
        self.loose: list[Control] = []
        self.ids: set[str] = set()
        self.labels: set[str] = set()
        self.inline: list[str] = []
        self.links: list[str] = []
        self._form: PageForm | None = None
        self._control: Control | None = None
        self._open: list[str] = []
        self.feed(html)
        self.close()

    @property
    def controls(self) -> Iterator[Control]:
        """Every control, within a form or not."""
        for form in self.forms:
            yield from form.controls
        yield from self.loose

    def unlabelled(self) -> list[Control]:
        """The controls whose purpose nothing says to somebody who does not see them."""
        return [control for control in self.controls if not self._is_named(control)]

    def form(self, where: str = "") -> PageForm:
        """The only form sent by POST whose address contains ``where``, or whose id it is; without
        ``where``, the only one in the main part of the page.

        LookupError where there is none, or where several would do.
        """
        posted = [form for form in self.forms if form.method == "post"]
        found = [form for form in posted if form.is_at(where) and (where or form.in_main)]
        if len(found) != 1:
            actions = [form.action or "(the page itself)" for form in self.forms]
            raise LookupError(f"{len(found)} forms go to {where!r}; the page has {actions}")
        return found[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if "id" in attributes:
            self.ids.add(attributes["id"])
        self._note_inline(tag, attributes)
        if tag in {"a", "link"} and attributes.get("href"):
            self.links.append(attributes["href"])
        if tag == "label" and "for" in attributes:
            self.labels.add(attributes["for"])
        if tag == "form":
            apart = {"header", "footer", "nav"}.intersection(self._open)
            self._form = PageForm(attributes, in_main="main" in self._open or not apart)
            self.forms.append(self._form)
        elif tag in _CONTROLS:
            self._control = Control(tag, attributes, "label" in self._open)
            (self._form.controls if self._form else self.loose).append(self._control)
        elif tag == "option" and self._control is not None:
            self._control.options.append(Option(attributes))
        elif tag == "img" and self._control is not None:
            self._control.text += attributes.get("alt", "")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag in _CONTROLS:
            self._control = None
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._control is None:
            return
        if self._control.tag in {"textarea", "button"}:
            self._control.text += data
        elif self._control.options:
            self._control.options[-1].text += data

    def _note_inline(self, tag: str, attributes: Attributes) -> None:
        runs = tag == "script" and "src" not in attributes
        # A data block, which no browser runs (`eak_core.web.structured`).
        if tag == "style" or (runs and attributes.get("type") != "application/ld+json"):
            self.inline.append(f"<{tag}>")
        for name in attributes:
            if name == "style" or name.startswith("on"):
                self.inline.append(f"<{tag} {name}=…>")

    def _is_named(self, control: Control) -> bool:
        attributes = control.attributes
        if control.kind in _SPEAK_FOR_THEMSELVES or control.inside_label:
            return control.tag != "button" or bool(control.text.strip())
        if attributes.get("aria-label", "").strip() or attributes.get("title", "").strip():
            return True
        if control.tag == "button":
            return bool(control.text.strip())
        if any(each in self.ids for each in attributes.get("aria-labelledby", "").split()):
            return True
        return attributes.get("id", "") in self.labels

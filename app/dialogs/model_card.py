"""What a model was trained on, how well it does on people it never saw, what it must not be used for."""

from collections.abc import Collection
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote, unquote

from PySide6.QtCore import QUrl, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from app.card_words import figure, method, protocol

_LISTED = 20


class ModelCard(QDialog):
    """A page to read beside the work; its text can be copied, and it leads to the clips that are worth another look."""

    clip_asked = Signal(str)  # path in the project

    def __init__(self, card: dict[str, Any], parent: QWidget, clips: Collection[str] = (), own: bool = False) -> None:
        """clips: paths of those that can be shown. own: the model is the project's, to be renamed and deleted."""
        super().__init__(parent)
        self.setWindowTitle(f"Model card: {card['name']}")
        self.resize(620, 640)
        self.page = QTextBrowser()
        self.page.setHtml(card_html(card, clips))
        self.page.setOpenLinks(False)
        self.page.anchorClicked.connect(lambda link: self.clip_asked.emit(_clip_of(link)))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.rename_button, self.delete_button = QPushButton("Rename…"), QPushButton("Delete…")
        for button in (self.rename_button, self.delete_button) if own else ():
            button.setAutoDefault(False)
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        layout = QVBoxLayout(self)
        layout.addWidget(self.page)
        layout.addWidget(buttons)


def card_html(card: dict[str, Any], clips: Collection[str] = ()) -> str:
    """The card as a page; the names of ``clips`` are links."""
    made = f"""
    <h3>Not for</h3><p>{escape(card["not_for"])}</p>
    {_uncertain(card, clips)}
    <h3>Made by</h3><p><code>{escape(card["command"])}</code></p>
    <p>{escape(", ".join(f"{name} {value}" for name, value in card["settings"].items()))}</p>
    <p>{escape(", ".join(f"{name} {version}" for name, version in card["versions"].items()))}</p>
    """
    head = f"<h2>{escape(card['name'])}</h2><p>{escape(method(card))}, made {_day(card['made'])}</p>"
    return head + (_origin(card) if "origin" in card else _judged(card)) + made


def _origin(card: dict[str, Any]) -> str:
    """Where a model is from that was not trained here: of such a one no figures are known."""
    said = "<br>".join(escape(card[key]) for key in ("origin", "input", "figures"))
    return f"<h3>Where it is from</h3><p>{said}</p><p>Classes: {escape(', '.join(card['classes']))}.</p>"


def _judged(card: dict[str, Any]) -> str:
    """What it was trained on, and how well it did on people it had not seen."""
    held_out, untrained = card["held_out"], card["untrained"]
    how, seeds = protocol(card), len(card["seeds"])
    spread = f"mean ± sd over {seeds} seeds" if seeds > 1 else "one seed, so without a spread"
    counts = ", ".join(f"{name} {count}" for name, count in card["class_counts"].items())
    data = ", ".join(f"{escape(name)} {count}" for name, count in card["datasets"].items())
    rows = "".join(
        f"<tr><td>{label}</td><td><b>{figure(held_out[key], seeds)}</b></td>"
        f"<td>{figure(untrained[key], seeds)}</td></tr>"
        for key, label in (("uf1", "UF1"), ("uar", "UAR"), ("accuracy", "Accuracy"))
    )
    return f"""
    <h3>Trained on</h3>
    <p>{card["clips"]} clips of {card["subjects"]} subjects ({data}): {escape(counts)}{_label_map(card)}.<br>
    {_epochs(card)}, seeds {", ".join(map(str, card["seeds"]))}.</p>
    <h3>On held-out subjects</h3>
    <p>{escape(how[:1].upper() + how[1:])}, {card["folds"]} folds, pooled; {spread}.
    No clip was judged by a network that had seen its subject.</p>
    <table cellpadding="5"><tr><th></th><th>this model</th><th>untrained network</th></tr>{rows}</table>
    {f"<p>{escape(card['note'])}</p>" if card.get("note") else ""}
    {_confusion(card)}
    """


def _epochs(card: dict[str, Any]) -> str:
    """How many epochs were trained; those of FU-MIX's first training are told apart."""
    first = card.get("first_epochs", 0)  # a card made before these were told apart does not say
    own = card["epochs"] - first
    asked = f" of {card['settings']['epochs']} (stopped early)" if card["stopped_early"] else ""
    return f"{own}{asked} epochs" + (f" after {first} of FU-MIX's first training" if first else "")


def _day(stamp: str) -> str:
    """An ISO date and time as the import reports say it, in the reader's own time."""
    try:
        return f"{datetime.fromisoformat(stamp).astimezone():%d %B %Y, %H:%M}"
    except ValueError:  # a card that was written by hand
        return escape(stamp)


def _label_map(card: dict[str, Any]) -> str:
    """By which label map emotions became these classes; a card of older features does not say."""
    said = card.get("features", {}).get("label_map")
    return f" – {escape(said['title'])} (label map, version {said['version']})" if isinstance(said, dict) else ""


def _confusion(card: dict[str, Any]) -> str:
    """Coded class by row, answers by column, summed over seeds."""
    matrix = card["held_out"].get("confusion")
    if not matrix:
        return ""
    names = card["classes"]
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    rows = "".join(
        f"<tr><th align='left'>{escape(name)}</th>"
        + "".join(f"<td align='right'>{value:g}</td>" for value in row)
        + "</tr>"
        for name, row in zip(names, matrix, strict=True)
    )
    return (
        "<p>Coded class by row, answer by column, summed over seeds:</p>"
        f"<table cellpadding='4'><tr><th></th>{head}</tr>{rows}</table>"
    )


def _uncertain(card: dict[str, Any], clips: Collection[str]) -> str:
    """The clips that ask to be coded again."""
    listed = card.get("uncertain", [])
    if not listed:
        return ""
    rows = "".join(
        f"<tr><td>{_named(each, clips)}</td><td>{escape(each['label'])}</td>"
        f"<td>{escape(each['held_out_prediction'])}{_percent(', ', each.get('held_out_probability'))}</td>"
        f"<td>{_percent('', each['uncertainty'])}</td></tr>"
        for each in listed[:_LISTED]
    )
    more = f"<p>and {len(listed) - _LISTED} more</p>" if len(listed) > _LISTED else ""
    return (
        "<h3>Worth another look</h3><p>Clips whose label the networks do not say that had not seen their subject, or "
        "that were misread in some epochs of learning: mislabelled, or hard. The least believed label comes first.</p>"
        "<table cellpadding='4'><tr><th>clip</th><th>label</th><th>held-out answer</th><th>misread in</th></tr>"
        f"{rows}</table>{more}"
    )


def _percent(before: str, share: float | None) -> str:
    """Nothing where it is not known."""
    return "" if share is None else f"{before}{share:.0%}"


def _named(uncertain: dict[str, Any], clips: Collection[str]) -> str:
    """A clip as the list of clips has it: whose, and its name; a link where it can be shown."""
    path = uncertain["clip"]
    parts = (uncertain.get("dataset"), uncertain.get("subject"), path.rstrip("/").rsplit("/", 1)[-1])
    said = escape(" / ".join(part for part in parts if part))
    return f'<a href="{quote(path, safe="")}">{said}</a>' if path in clips else said


def _clip_of(link: QUrl) -> str:
    return unquote(link.toString(QUrl.ComponentFormattingOption.FullyEncoded))

"""Before a training: what it will learn from, and the few settings worth asking for."""

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QDateTime, QLocale
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.deciding import deciding_buttons
from mer_core.project.training_set import TrainingSet
from mer_core.training.plus_settings import PlusSettings
from mer_core.training.settings import TrainSettings

_NAMED = 4  # clips of each reason, so that the dialog stays one
_METHODS = (
    (
        "MR-UAMF+, our own best",
        "mr-uamf-plus",
        "Reads the flow alone, as the shipped model does: UF1 .83 on people held out of CASME II and SMIC.",
    ),
    (
        "MR-UAMF, the paper's method",
        "mr-uamf",
        "Flow with micro-attention, FU-MIX, a picture if asked: UF1 .75 on the same people, .68 with the apex face.",
    ),
)
"""Title, id and what each is, best first: the one that is chosen unless the user says otherwise."""


class RetrainDialog(QDialog):
    """Shows the labels as they are now; `options` are the command line's."""

    def __init__(self, labels: Sequence[TrainingSet], parent: QWidget) -> None:
        """labels: the project's, as the classes of each of its label maps; the first is chosen."""
        super().__init__(parent)
        self._labels = labels
        self.setWindowTitle("Retrain")
        self.setMinimumWidth(500)
        self._text = QLabel()
        self._text.setWordWrap(True)
        self.label_map = QComboBox()
        for each in labels:
            title = each.label_map.title
            self.label_map.addItem(title[:1].upper() + title[1:], each.label_map.name)
        self.label_map.currentIndexChanged.connect(self._show_labels)
        self.epochs = QSpinBox()
        self.epochs.setRange(1, 1000)
        self.epochs.setToolTip("Passes over the clips; with FU-MIX some more before them, to see which are misread")
        self.seeds = QSpinBox()
        self.seeds.setRange(1, 20)
        self.seeds.setToolTip("Independent trainings: the model averages them, the card gives their spread")
        self.fu_mix = QCheckBox("FU-MIX: mix clips, often misread ones weigh more")
        self.fu_mix.setChecked(True)
        self.image = QComboBox()
        for name, value in (("None", "none"), ("The apex face", "apex"), ("Apex minus onset", "difference")):
            self.image.addItem(name, value)
        self.image.setToolTip("Fused with the flow. With few subjects the apex face tends to teach who it is")
        self._form = form = QFormLayout()
        self.method = QComboBox()
        self.about = QLabel()
        self.about.setWordWrap(True)
        for title, method, _ in _METHODS:
            self.method.addItem(title, method)
        self.method.currentIndexChanged.connect(self._show_method)
        self.name = QLineEdit()
        self.name.setToolTip("What the model is called, in the menu and on its card")
        form.addRow("Name", self.name)
        form.addRow("Classes", self.label_map)
        form.addRow("Method", self.method)
        form.addRow("", self.about)
        form.addRow("Epochs", self.epochs)
        form.addRow("Seeds", self.seeds)
        form.addRow("", self.fu_mix)
        form.addRow("Image stream", self.image)
        buttons, self.train_button = deciding_buttons(self, "Train")
        self._rows = QVBoxLayout(self)
        self._rows.addWidget(self._text)
        self._rows.addLayout(form)
        self._rows.addWidget(buttons)
        self._show_labels()
        self._show_method()

    @property
    def options(self) -> list[str]:
        """The settings chosen, as arguments of ``mer_core train``."""
        values = {"method": self.method.currentData(), "epochs": self.epochs.value(), "seeds": self.seeds.value()}
        values["label-map"] = self.label_map.currentData()
        values["name"] = self.name.text().strip() or _name_now(self._title)
        if self._parts_are_switches:
            values["mixing"] = "fu-mix" if self.fu_mix.isChecked() else "none"
            values["image"] = self.image.currentData()
        return [part for name, value in values.items() for part in (f"--{name}", str(value))]

    @property
    def _parts_are_switches(self) -> bool:
        return bool(self.method.currentData() == "mr-uamf")

    @property
    def _title(self) -> str:
        """The method's name alone."""
        return self.method.currentText().split(",")[0]

    def _show_labels(self) -> None:
        """What would be learnt as these classes."""
        labels = self._labels[self.label_map.currentIndex()]
        self._text.setText(_summary(labels))
        self.train_button.setEnabled(labels.obstacle is None)
        self._make_room()

    def _show_method(self) -> None:
        """What it is; each method has its own usual epochs and seeds; MR-UAMF+ has no parts to switch."""
        self.about.setText(_METHODS[self.method.currentIndex()][2])
        if not self.name.isModified():
            self.name.setText(_name_now(self._title))
        usual = TrainSettings() if self._parts_are_switches else PlusSettings()
        self.epochs.setValue(usual.epochs)
        self.seeds.setValue(usual.seeds)
        for part in (self.fu_mix, self.image):
            self._form.setRowVisible(part, self._parts_are_switches)
        self._make_room()

    def _make_room(self) -> None:
        """As high as all rows ask for; a wrapped text's height depends on the width."""
        self._rows.activate()
        self.resize(self.width(), max(self.height(), self._rows.totalHeightForWidth(self.width())))


def _name_now(title: str) -> str:
    """Such as “MR-UAMF+, 26 November 2026, 00:15”: of several trainings the moment tells which is which."""
    now = QDateTime.currentDateTime()
    return f"{title}, {QLocale(QLocale.Language.English).toString(now, 'd MMMM yyyy, HH:mm')}"


def _left_out(clips: Sequence[tuple[str, str]]) -> str:
    """Reason by reason, the most frequent first, with the first few clips it is said of; clips: path, reason."""
    by_reason: dict[str, list[str]] = {}
    for path, reason in clips:
        by_reason.setdefault(reason, []).append("/".join(path.rstrip("/").split("/")[-2:]))
    lines = []
    for reason, names in sorted(by_reason.items(), key=lambda item: -len(item[1])):
        distinct = list(dict.fromkeys(names))
        more = len(distinct) - _NAMED
        named = ", ".join(distinct[:_NAMED]) + (f" and {more} more" if more > 0 else "")
        lines.append(f"<li>{len(names)} × {escape(reason)}: {escape(named)}</li>")
    return "".join(lines)


def _summary(labels: TrainingSet) -> str:
    counts = ", ".join(f"{name} {count}" for name, count in labels.class_counts.items())
    parts = [
        f"<p><b>{len(labels.examples)} labelled expressions of {len(labels.subjects)} subjects</b>:"
        f" {escape(counts)}.</p>"
    ]
    if labels.left_out:
        parts.append(f"<p>Left out:</p><ul>{_left_out(labels.left_out)}</ul>")
    if labels.obstacle:
        parts.append(f"<p><b>{escape(labels.obstacle)}</b></p>")
    else:
        parts.append(
            "<p>Each subject is held out once, so the figures are of people the network has not seen. "
            "You can go on coding meanwhile; what you change now is for the next training.</p>"
        )
    return "".join(parts)

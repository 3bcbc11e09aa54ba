"""What the model says of onset → apex."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.line_label import LineLabel
from app.panels.fields import SpacePresses
from app.theme import colours

if TYPE_CHECKING:
    from mer_core.recognition import Prediction


class ProbabilityBars(QWidget):
    """One bar a class; the coder's own class is marked with a dot."""

    _ROW = 26

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Class probabilities")
        self.probabilities: dict[str, float] = {}
        self._coded: str | None = None

    def sizeHint(self) -> QSize:
        return QSize(200, max(1, len(self.probabilities)) * self._ROW)

    def show_probabilities(self, probabilities: dict[str, float], coded: str | None) -> None:
        """Show these, by class; `coded` is the class the coder chose."""
        resized = len(probabilities) != len(self.probabilities)
        self.probabilities, self._coded = probabilities, coded
        self.setAccessibleDescription(", ".join(f"{name} {value:.0%}" for name, value in probabilities.items()))
        if resized:
            self.updateGeometry()
        self.update()

    def show_coded(self, coded: str | None) -> None:
        """Mark another class as the coder's."""
        if coded != self._coded:
            self._coded = coded
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        c = colours()
        metrics = QFontMetricsF(self.font())
        names = max((metrics.horizontalAdvance(name) for name in self.probabilities), default=0.0) + 26
        figures = metrics.horizontalAdvance("100 %") + 8
        best = max(self.probabilities.values(), default=0.0)
        for row, (name, value) in enumerate(self.probabilities.items()):
            y = row * self._ROW
            painter.setPen(QColor(c.text))
            if name == self._coded:
                painter.setBrush(QColor(c.text))
                painter.drawEllipse(QRectF(2, y + self._ROW / 2 - 3, 6, 6))
            painter.drawText(QRectF(14, y, names, self._ROW), int(Qt.AlignmentFlag.AlignVCenter), name)
            room = QRectF(names, y + 6, self.width() - names - figures, self._ROW - 12)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(c.raised))
            painter.drawRoundedRect(room, 3, 3)
            painter.setBrush(QColor(c.accent if value == best else c.faint))
            painter.drawRoundedRect(QRectF(room.x(), room.y(), max(3.0, room.width() * value), room.height()), 3, 3)
            painter.setPen(QColor(c.text))
            text = QRectF(self.width() - figures, y, figures, self._ROW)
            painter.drawText(text, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), f"{value:.0%}")


class RecognitionPanel(QWidget):
    """Class probabilities, how sure, by which model; or why there is no answer."""

    def __init__(self) -> None:
        super().__init__()
        self.bars = ProbabilityBars()
        self._verdict = QLabel()
        self._verdict.setObjectName("headline")
        self._doubt = QLabel()
        self._doubt.setObjectName("hint")
        self._reason = QLabel()
        self._reason.setObjectName("hint")
        self._reason.setWordWrap(True)
        self._warnings = QLabel()
        self._warnings.setObjectName("warning")
        self._warnings.setWordWrap(True)
        self._learnt = QLabel()
        self._learnt.setObjectName("hint")
        self._learnt.setWordWrap(True)
        # A long name must not widen the window; those of one day differ at their ends.
        self._model = LineLabel(elide=Qt.TextElideMode.ElideMiddle)
        self._model.setObjectName("hint")
        self.card_button = QPushButton("Card…")
        self.card_button.setToolTip("What this model was trained on and how well it does")
        self.card_button.installEventFilter(SpacePresses(self))
        self.card_button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

        head = QHBoxLayout()
        head.addWidget(self._verdict)
        head.addStretch()
        head.addWidget(self._doubt)
        foot = QHBoxLayout()
        foot.addWidget(self._model, 1)
        foot.addWidget(self.card_button)
        layout = QVBoxLayout(self)
        layout.addLayout(head)
        layout.addWidget(self.bars)
        layout.addWidget(self._reason)
        layout.addWidget(self._warnings)
        layout.addWidget(self._learnt)
        layout.addStretch()
        layout.addLayout(foot)
        self.show_reason("Open a clip to have its expression recognised.")

    def show_answer(self, answer: Prediction, coded: str | None, warnings: tuple[str, ...]) -> None:
        """Show the model's answer, the class the coder chose, and what makes the answer doubtful."""
        probabilities = dict(zip(answer.classes, map(float, answer.probabilities), strict=True))
        best = max(probabilities, key=lambda name: probabilities[name])
        self._verdict.setText(f"{best}?" if warnings else best)
        self._doubt.setText(f"uncertainty {answer.uncertainty:.2f}")
        self._doubt.setToolTip("Entropy of the class probabilities: 0 is sure, 1 means every class is as likely")
        self.bars.show_probabilities(probabilities, coded)
        self.bars.setVisible(True)
        self._reason.setVisible(False)
        self._warnings.setText("\n".join(warnings))
        self._warnings.setVisible(bool(warnings))
        self._learnt.setVisible(bool(self._learnt.text()))

    def show_reason(self, why: str) -> None:
        """Say why there is no answer."""
        self._verdict.setText("")
        self._doubt.setText("")
        self.bars.show_probabilities({}, None)
        self.bars.setVisible(False)
        self._warnings.setVisible(False)
        self._learnt.setVisible(False)
        self._reason.setVisible(True)
        self._reason.setText(why)

    def show_learnt(self, remark: str) -> None:
        """Say beside answers that the model has learnt from this clip; nothing where it has not."""
        self._learnt.setText(remark)
        self._learnt.setVisible(bool(remark) and self.bars.isVisibleTo(self))

    def show_model(self, name: str) -> None:
        """Name the model that answers."""
        self._model.setText(f"Model: {name}")
        self._model.setToolTip(name)

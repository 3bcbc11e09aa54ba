"""A box for a whole number of any size."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QStyle, QStyleOptionSpinBox

_State = QValidator.State
_Step = QAbstractSpinBox.StepEnabledFlag


class NumberBox(QAbstractSpinBox):
    """As QSpinBox, whose numbers end at 2³¹: frames may be numbered by stamps of time. What is typed holds on Enter."""

    valueChanged = Signal(object)  # noqa: N815 - named as QSpinBox's; an int

    def __init__(self, prefix: str = "") -> None:
        super().__init__()
        self._value, self._least, self._most = 0, 0, 99
        self._prefix = prefix
        self.editingFinished.connect(self._take_typed)
        self._show_value()

    def value(self) -> int:
        """The number."""
        return self._value

    def setValue(self, value: int) -> None:
        """Set it, or the nearest one allowed."""
        value = max(self._least, min(value, self._most))
        changed = value != self._value
        self._value = value
        self._show_value()
        if changed:
            self.valueChanged.emit(value)

    def setRange(self, least: int, most: int) -> None:
        """The numbers allowed, both ends among them."""
        self._least, self._most = least, most
        self.updateGeometry()
        self.setValue(self._value)

    def stepBy(self, steps: int) -> None:
        self.setValue(self._value + steps)
        self.selectAll()

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        up = _Step.StepUpEnabled if self._value < self._most else _Step.StepNone
        return up | (_Step.StepDownEnabled if self._value > self._least else _Step.StepNone)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        digits = self._digits(text)
        if not digits:
            return _State.Intermediate, text, position
        return _State.Acceptable if digits.isascii() and digits.isdigit() else _State.Invalid, text, position

    def sizeHint(self) -> QSize:
        widest = self.fontMetrics().horizontalAdvance(f"{self._prefix}{self._most} ")
        option = QStyleOptionSpinBox()
        self.initStyleOption(option)
        inside = QSize(widest, self.lineEdit().sizeHint().height())
        return self.style().sizeFromContents(QStyle.ContentsType.CT_SpinBox, option, inside, self)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _digits(self, text: str) -> str:
        return text.strip().removeprefix(self._prefix.strip()).strip()

    def _take_typed(self) -> None:
        digits = self._digits(self.text())
        self.setValue(int(digits) if digits else self._value)

    def _show_value(self) -> None:
        self.lineEdit().setText(f"{self._prefix}{self._value}")

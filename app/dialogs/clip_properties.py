"""A clip's data set, subject and frame rate."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QDoubleSpinBox, QFormLayout, QLabel, QLineEdit, QWidget

from mer_core.project import ClipRecord


class ClipProperties(QDialog):
    """The frame rate is that of the recording: high-speed clips are often stored as 25 fps."""

    def __init__(self, clip: ClipRecord, parent: QWidget) -> None:
        super().__init__(parent)
        from mer_core.clips.opening import LEAST_FPS, MOST_FPS

        self.setWindowTitle(clip.name)
        self._clip = clip
        self.dataset = QLineEdit(clip.dataset)
        self.subject = QLineEdit(clip.subject)
        self.subject.setPlaceholderText("not named: who is it?")
        if not clip.subject:
            self.subject.setFocus()
        self.fps = QDoubleSpinBox()
        self.fps.setDecimals(3)
        self.fps.setRange(LEAST_FPS, MOST_FPS)
        self.fps.setSuffix(" fps")
        self.fps.setValue(clip.fps)
        hint = QLabel(
            "People are told apart by data set and subject together. Training leaves clips out whose subject is "
            "not named."
        )
        hint.setObjectName("hint")
        hint.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout(self)
        form.addRow("Data set", self.dataset)
        form.addRow("Subject", self.subject)
        form.addRow("Recorded at", self.fps)
        form.addRow(hint)
        form.addRow(buttons)

    @property
    def changes(self) -> dict[str, str | float]:
        """What was changed."""
        values: dict[str, str | float] = {
            "dataset": self.dataset.text().strip(),
            "subject": self.subject.text().strip(),
        }
        if abs(self.fps.value() - self._clip.fps) > 5e-4:
            values["fps"] = self.fps.value()
        return {name: value for name, value in values.items() if value != getattr(self._clip, name)}

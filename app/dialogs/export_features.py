"""How a feature file is measured, and where it goes."""

import os
from pathlib import Path

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.deciding import deciding_buttons
from app.dialogs.place_field import PlaceField
from mer_core.flow.settings import METHODS, FlowSettings
from mer_core.project.training_set import TrainingSet

_NAMES = {"dis": "DIS", "tvl1": "TV-L1", "deepflow": "DeepFlow", "farneback": "Farnebäck"}


class FeatureDialog(QDialog):
    """`arguments` are those of ``mer_core features``."""

    def __init__(self, project: Path, labels: TrainingSet, last_folder: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Feature file")
        self.setMinimumWidth(520)
        self._project = project
        defaults = FlowSettings()
        said = QLabel(_summary(labels))
        said.setWordWrap(True)
        self.method = QComboBox()
        for name in METHODS:
            self.method.addItem(_NAMES.get(name, name), name)
        self.method.setCurrentIndex(METHODS.index(defaults.method))
        self.smoothing = QDoubleSpinBox()
        self.smoothing.setRange(0, 50)
        self.smoothing.setDecimals(1)
        self.smoothing.setSuffix(" px")
        self.smoothing.setValue(defaults.smoothing)
        self.smoothing.setToolTip("Sigma of the Gaussian laid over the flow; 0 for none")
        self.side = QSpinBox()
        self.side.setRange(56, 2048)
        self.side.setSuffix(" px")
        self.side.setValue(defaults.size)
        self.side.setToolTip("Side of the square crop of the face that the flow is measured on")
        self.head = QCheckBox("Take the head's own motion out")
        self.head.setChecked(defaults.remove_head_motion)
        self.frames = QCheckBox("With ten aligned frames a clip, for LBP-TOP, 3DHOG and HOOF")
        self.jobs = QSpinBox()
        self.jobs.setRange(1, max(1, os.cpu_count() or 1))
        self.jobs.setValue(self.jobs.maximum())
        self.jobs.setToolTip("Processes beside each other")
        self.place = PlaceField("Feature file")
        self.place.suggest(last_folder / f"{project.name}.h5", "HDF5 (*.h5);;NumPy (*.npz)")
        form = QFormLayout()
        form.addRow("Optical flow", self.method)
        form.addRow("Smoothing", self.smoothing)
        form.addRow("Crop", self.side)
        form.addRow("", self.head)
        form.addRow("", self.frames)
        form.addRow("Processes", self.jobs)
        form.addRow("File", self.place)
        buttons, self.measure_button = deciding_buttons(self, "Measure")
        self._labels = labels
        self.place.changed.connect(self._show_ready)
        self._show_ready()
        layout = QVBoxLayout(self)
        layout.addWidget(said)
        layout.addLayout(form)
        layout.addWidget(buttons)

    def accept(self) -> None:
        if self.place.may_be_written():
            super().accept()

    def _show_ready(self) -> None:
        self.measure_button.setEnabled(self._labels.obstacle is None and self.place.path is not None)

    @property
    def arguments(self) -> list[str]:
        """As arguments of ``mer_core``."""
        values = {
            "--flow": self.method.currentData(),
            "--smoothing": self.smoothing.value(),
            "--size": self.side.value(),
            "--jobs": self.jobs.value(),
        }
        options = [part for name, value in values.items() for part in (name, str(value))]
        options += ["--frames"] * self.frames.isChecked() + ["--no-remove-head-motion"] * (not self.head.isChecked())
        return ["features", str(self._project), str(self.place.path or ""), *options]


def _summary(labels: TrainingSet) -> str:
    if labels.obstacle:
        return f"<p><b>{labels.obstacle}</b></p>"
    counted = f"{len(labels.examples)} labelled expressions of {len(labels.subjects)} subjects"
    return (
        f"<p><b>{counted}</b> are measured from onset to apex. What was measured before is not measured again, even "
        "after a cancel.</p>"
    )

"""How the motion panel's fields are measured: as the model learned them, or by another method and smoothing."""

from typing import Any

from PySide6.QtCore import QSettings, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QToolButton

from mer_core.flow import FlowSettings

NAMES = {"dis": "DIS", "tvl1": "TV-L1", "deepflow": "DeepFlow", "farneback": "Farnebäck"}
_WHY = {"dis": "quick", "tvl1": "the field's usual one", "deepflow": "slow", "farneback": "coarse"}
_SMOOTHINGS = (0.0, 1.0, 2.0, 3.0, 5.0)
_KEEP = {"method": "motion/method", "smoothing": "motion/smoothing"}


class FlowMenu(QToolButton):
    """A button that names the method in use; its menu chooses."""

    changed = Signal()

    def __init__(self, settings: QSettings) -> None:
        super().__init__()
        self._settings = settings
        self._chosen: dict[str, Any] = {}
        self.setObjectName("menu")
        self.setText("Flow ▾")
        self.setToolTip("How the motion shown here is measured. The model always reads it as it learned it.")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        methods = {f"{name}: {_WHY[method]}": method for method, name in NAMES.items()}
        smoothings = {f"Smoothed by {sigma:g} px" if sigma else "Not smoothed": sigma for sigma in _SMOOTHINGS}
        self._add("method", {"Method as the model learned it": None, **methods})
        line = QAction(self)
        line.setSeparator(True)
        self.addAction(line)
        self._add("smoothing", {"Smoothed as the model learned it": None, **smoothings})

    def changes(self) -> dict[str, Any]:
        """What differs from how the model learned it: values of FlowSettings by name."""
        return dict(self._chosen)

    def show_settings(self, settings: FlowSettings) -> None:
        """Say how the field shown was measured."""
        self.setText(f"{NAMES[settings.method]}, σ {settings.smoothing:g} ▾")

    def _add(self, setting: str, choices: dict[str, Any]) -> None:
        group = QActionGroup(self)
        kept = str(self._settings.value(_KEEP[setting], ""))
        for text, value in choices.items():
            action = QAction(text, group, checkable=True)
            action.triggered.connect(lambda _=False, value=value: self._choose(setting, value))
            self.addAction(action)
            if value is None or str(value) == kept:
                action.setChecked(True)
                if value is not None:
                    self._chosen[setting] = value

    def _choose(self, setting: str, value: Any) -> None:
        if value is None:
            self._chosen.pop(setting, None)
            self._settings.remove(_KEEP[setting])
        else:
            self._chosen[setting] = value
            self._settings.setValue(_KEEP[setting], str(value))
        self.changed.emit()

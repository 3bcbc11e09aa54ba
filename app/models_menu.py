"""The menu of models: which one answers in this project."""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from app.desk import Desk
from mer_core.errors import ModelError
from mer_core.models.cards import read_card
from mer_core.project.models import project_models


class ModelsMenu(QObject):
    """Lists the project's runs, newest first, and the shipped model; choosing one makes it answer."""

    def __init__(self, menu: QMenu, desk: Desk) -> None:
        super().__init__(menu)
        menu.setToolTipsVisible(True)
        self._menu, self._desk = menu, desk
        self._group = QActionGroup(self)
        desk.model_changed.connect(lambda folder, _: self._show(folder))
        menu.aboutToShow.connect(lambda: self._show(desk.model))  # a command may have made one meanwhile

    def _show(self, answering: Path | None) -> None:
        self._menu.clear()
        for old in self._group.actions():
            self._group.removeAction(old)
            old.deleteLater()
        project = self._desk.session.project
        for model in project_models(project) if project else []:
            action = QAction(_name(model), self._group, checkable=True, checked=model == answering)
            action.setToolTip(str(model))
            action.triggered.connect(lambda _=False, model=model: self._desk.use_model(model))
            self._menu.addAction(action)
        self._menu.setEnabled(not self._menu.isEmpty())


def _name(model: Path) -> str:
    """As its card says; a damaged one is named by its folder, and said to be damaged when it is chosen."""
    try:
        return str(read_card(model).get("name", model.name))
    except ModelError:
        return model.name

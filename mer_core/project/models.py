"""The models a project can answer with: its own runs, and the one that ships."""

from pathlib import Path

from mer_core.models.cards import CARD
from mer_core.project.project import Project

DEFAULT_MODEL = Path(__file__).parents[2] / "resources" / "models" / "default"
_SETTING = "model"


def project_models(project: Project) -> list[Path]:
    """Folders of the finished runs, newest first, then the shipped model."""
    runs = project.runs.glob(f"[!.]*/{CARD}") if project.runs.is_dir() else iter(())
    shipped = [DEFAULT_MODEL] if (DEFAULT_MODEL / CARD).is_file() else []
    return sorted((card.parent for card in runs), reverse=True) + shipped


def active_model(project: Project) -> Path | None:
    """The folder of the model that answers: the one chosen, if it is still there, else the shipped one."""
    chosen = project.setting(_SETTING)
    models = project_models(project)
    return next((model for model in models if model.name == chosen), models[-1] if models else None)


def choose_model(project: Project, model: Path) -> None:
    """Answer by this model from now on."""
    project.set_setting(_SETTING, model.name)

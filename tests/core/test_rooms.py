"""One rule explains every folder: mer_core never imports Qt, and the window's process never imports torch."""

import ast
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def _imports(folder: str) -> Iterator[tuple[Path, str]]:
    for path in sorted((_ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name.split(".")[0]) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield path, node.module.split(".")[0]


def test_mer_core_knows_no_window() -> None:
    found = list(_imports("mer_core"))
    assert found
    assert not [(path, name) for path, name in found if name in {"PySide6", "pyqtgraph", "app", "tests"}]


def test_the_window_does_not_train_or_predict_itself() -> None:
    found = list(_imports("app"))
    assert found
    assert not [(path, name) for path, name in found if name in {"torch", "sklearn", "h5py", "av", "tests"}]

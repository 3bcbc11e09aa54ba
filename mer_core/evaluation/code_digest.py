"""What the code computes, as a digest: figures measured by other code must not be taken for this code's."""

import ast
import hashlib
from functools import cache
from pathlib import Path

PACKAGES = ("descriptors", "flow", "methods", "models", "training")
"""Where figures are made, under ``mer_core``: a change of any module there counts for every method."""


@cache
def code_digest(root: Path = Path(__file__).parents[1], packages: tuple[str, ...] = PACKAGES) -> str:
    """SHA-256 of all statements of these packages under ``root``; comments, docstrings and layout do not count."""
    digest = hashlib.sha256()
    for path in sorted(path for name in packages for path in (root / name).rglob("*.py")):
        digest.update(f"{path.relative_to(root).as_posix()}\n".encode())
        digest.update(ast.dump(_bare(ast.parse(path.read_bytes()))).encode())
    return digest.hexdigest()


def _bare(tree: ast.Module) -> ast.Module:
    """Without texts that stand for themselves: docstrings, and what is said of a constant under it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [one for one in node.body if not _is_text(one)]
    return tree


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)

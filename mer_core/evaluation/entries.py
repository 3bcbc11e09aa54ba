"""What a benchmark and an ablation compare: a row each, a method with its settings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mer_core.errors import ModelError
from mer_core.models.registry import METHODS, method
from mer_core.models.settings import MethodSettings


@dataclass(frozen=True)
class Entry:
    """One row. ``name`` is also its file name; ``title`` what the report says it is."""

    name: str
    title: str
    method: str
    settings: MethodSettings
    own_epochs: int = 0
    """How many it is trained for unless somebody asks for fewer."""

    @property
    def heavy(self) -> bool:
        """Whether it takes the smaller protocol."""
        return method(self.method).heavy


_RBF = "-rbf"
HEAVY = ("small", "full", "skip")
"""What becomes of methods too heavy for many folds: five folds of subjects and one seed, all the same, or nothing."""

ABLATION: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "baseline",
        "flow alone, one stream of 16 kernels",
        {"streams": "single", "attention": "off", "image": "none", "mixing": "none"},
    ),
    ("fu-mix", "baseline + FU-MIX", {"streams": "single", "attention": "off", "image": "none"}),
    ("image", "baseline + FU-MIX + image stream", {"streams": "single", "attention": "off"}),
    ("triple", "baseline + FU-MIX + image stream + triple stream", {"attention": "off"}),
    ("mr-uamf", "all these + micro-attention = MR-UAMF", {}),
    ("no-fu-mix", "MR-UAMF without any mixing", {"mixing": "none"}),
    ("mixup", "MR-UAMF with plain mixup in place of FU-MIX", {"mixing": "mixup"}),
    ("difference", "MR-UAMF with apex − onset in place of the apex", {"image": "difference"}),
    ("no-image", "MR-UAMF without the image stream", {"image": "none"}),
    ("single", "MR-UAMF with one stream of 16 in place of three", {"streams": "single"}),
    ("literal", "MR-UAMF with attention as printed, H · φ(A)", {"literal_attention": True}),
)
"""The paper's section 3.3 (its parts one after the other), then each part taken from the whole."""


def benchmark_entries(
    names: Sequence[str] = (), *, seeds: int, epochs: int | None = None, published: bool = False
) -> list[Entry]:
    """Each named method (none named: all) with its own default settings; ``epochs`` shortens those that train so.

    published: as the method's authors trained it, where that is known. A method that ends in a support vector machine
    has two rows: linear, and with the RBF kernel; the second alone is named with ``-rbf`` behind.
    """
    entries: dict[str, Entry] = {}
    for name in names or METHODS:
        one = method(name.removesuffix(_RBF))
        own = one.settings(**(one.settings.PUBLISHED if published else {}))
        settings = _settings(own, seeds=seeds, epochs=epochs)
        own_epochs = getattr(own, "epochs", 0)
        if name == one.name:
            entries[name] = Entry(name, one.title, name, settings, own_epochs)
        if hasattr(settings, "kernel"):
            other = settings.from_dict({**settings.to_dict(), "kernel": "rbf"})
            title = f"{one.title}; RBF kernel"
            entries[one.name + _RBF] = Entry(one.name + _RBF, title, one.name, other, own_epochs)
        elif name != one.name:
            raise ModelError(f"The method '{one.name}' has no row '{name}': no support vector machine ends it.")
    return list(entries.values())


def ablation_entries(names: Sequence[str] = (), *, seeds: int, epochs: int | None = None) -> list[Entry]:
    """The named rows of ``ABLATION`` (none named: all), all of the method mr-uamf; ModelError for an unknown name."""
    unknown = set(names) - {name for name, _, _ in ABLATION}
    if unknown:
        rows = ", ".join(name for name, _, _ in ABLATION)
        raise ModelError(f"The ablation has no row '{min(unknown)}': choose of {rows}.")
    own = method("mr-uamf").settings()
    base = _settings(own, seeds=seeds, epochs=epochs)
    return [
        Entry(name, title, "mr-uamf", replace(base, **changes), getattr(own, "epochs", 0))
        for name, title, changes in ABLATION
        if not names or name in names
    ]


def part_entries(names: Sequence[str] = (), *, seeds: int, epochs: int | None = None) -> list[Entry]:
    """``ablation_entries`` as rows beside other methods, named after the method; without the whole, which is one."""
    return [
        replace(entry, name=f"{entry.method}-{entry.name}")
        for entry in ablation_entries(names, seeds=seeds, epochs=epochs)
        if entry.name != entry.method
    ]


def _settings(settings: MethodSettings, *, seeds: int, epochs: int | None) -> MethodSettings:
    if epochs is not None and hasattr(settings, "epochs"):
        settings = settings.from_dict({**settings.to_dict(), "epochs": epochs})
    return replace(settings, seeds=seeds)

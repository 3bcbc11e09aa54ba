"""Splits as files, so that another method, or another laboratory, is judged on the very same folds."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mer_core.errors import FeatureError
from mer_core.evaluation.protocols import PROTOCOLS, Split
from mer_core.features import FeatureSet

FORMAT = "mer-split-1"


def write_split(path: Path, features: FeatureSet, division: Split) -> None:
    """JSON: the protocol, and each clip as [dataset, subject, clip, fold], −1 where it is always learnt from."""
    clips = [[*key[:3], int(fold)] for key, fold in zip(_keys(features), division.fold, strict=True)]
    lines = ",\n".join("  " + json.dumps(entry, ensure_ascii=False) for entry in clips)
    head = json.dumps({"format": FORMAT, "protocol": division.protocol.name, "folds": len(division.held_out)})[:-1]
    try:
        Path(path).write_text(f'{head}, "clips": [\n{lines}\n]}}\n', encoding="utf-8")
    except OSError as error:
        raise FeatureError(f"The split {path} cannot be written ({error.strerror}): choose another place.") from error


def read_split(path: Path, features: FeatureSet) -> Split:
    """The folds of ``path`` for the clips of ``features``, in any order.

    Raises FeatureError where a clip of either is missing in the other, or the split is not what its protocol's name
    says: a subject on both sides, several subjects left out at once, a data set on both sides.
    """
    content = _read(Path(path))
    protocol = PROTOCOLS[content["protocol"]]
    clips = _numbered([(dataset, subject, clip) for dataset, subject, clip, _ in content["clips"]])
    given = dict(zip(clips, (entry[3] for entry in content["clips"]), strict=True))
    keys = _keys(features)
    for name, wanted, there in (
        ("split has no fold for", set(keys), set(given)),
        ("features lack", set(given), set(keys)),
    ):
        lost = sorted(wanted - there)
        if lost:
            raise FeatureError(
                f"The split {path} is of other clips: the {name} {'/'.join(lost[0][:3])}"
                f"{f' and {len(lost) - 1} more' if len(lost) > 1 else ''}."
            )
    fold = np.array([given[key] for key in keys], dtype=np.int64)
    division = Split(protocol, fold[None, :] == np.arange(content["folds"])[:, None])
    if not division.held_out.any(axis=1).all():
        raise FeatureError(f"The split {path} has a fold without any clip: make it again.")
    if not protocol.leaks_subjects:
        _check_disjoint(path, features.group, division)
    _check_protocol(path, features, division)
    return division


def _keys(features: FeatureSet) -> list[tuple[str, str, str, int]]:
    columns = (features.dataset.tolist(), features.subject.tolist(), features.clip.tolist())
    return _numbered(list(zip(*columns, strict=True)))


def _numbered(clips: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, str, int]]:
    """A clip that holds several expressions is there several times: they are told apart by their order."""
    seen: Counter[tuple[str, str, str]] = Counter()
    numbered = []
    for clip in clips:
        numbered.append((*clip, seen[clip]))
        seen[clip] += 1
    return numbered


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FeatureError(f"The split {path} cannot be read ({error.strerror}): check the path.") from error
    except (ValueError, RecursionError) as error:
        raise FeatureError(f"The split {path} is not JSON: make it again with --save-split.") from error
    good = (
        isinstance(content, dict)
        and content.get("format") == FORMAT
        and content.get("protocol") in PROTOCOLS
        and isinstance(content.get("folds"), int)
        and isinstance(content.get("clips"), list)
        and 1 <= content["folds"] <= len(content["clips"])
        and all(_is_entry(entry, content["folds"]) for entry in content["clips"])
    )
    if not good:
        raise FeatureError(f"{path} is not a split of this version: make it again with --save-split.")
    return content


def _is_entry(entry: Any, folds: int) -> bool:
    return (
        isinstance(entry, list)
        and len(entry) == 4
        and all(isinstance(part, str) for part in entry[:3])
        and isinstance(entry[3], int)
        and -1 <= entry[3] < folds
    )


def _check_protocol(path: Path, features: FeatureSet, division: Split) -> None:
    """Raise FeatureError where the folds are not those of the protocol that the split says it is of."""
    name, wrong = division.protocol.name, ""
    tested = division.held_out.any(axis=0)
    sides = [set(features.dataset[side].tolist()) for side in (tested, ~tested)]
    if name in ("loso", "composite"):
        if not tested.all() or any(len(set(features.group[rows])) > 1 for rows in division.held_out):
            wrong = "does not leave out each subject alone"
    elif name == "cross" and (len(division.held_out) > 1 or sides[0] & sides[1]):
        wrong = "does not hold out whole data sets, once"
    elif name in ("holdout", "sample-holdout") and len(division.held_out) > 1:
        wrong = "has several folds"
    if wrong:
        raise FeatureError(f"The split {path} calls itself {name}, but {wrong}: make it again with --save-split.")


def _check_disjoint(path: Path, group: np.ndarray, division: Split) -> None:
    for held_out in division.held_out:
        both = sorted(set(group[held_out]) & set(group[~held_out]))
        if both:
            raise FeatureError(
                f"The split {path} calls itself {division.protocol.name}, but has {both[0]} on both sides: "
                "make it again with --save-split."
            )

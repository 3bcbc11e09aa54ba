"""A plan: protocol, data sets and classes in one, and the clips and folds it means for a feature set."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mer_core.annotation.label_maps import MEGC, MEGC_CLASSES, LabelMap
from mer_core.errors import FeatureError
from mer_core.evaluation.protocols import PROTOCOLS, Split, split
from mer_core.evaluation.saved_splits import read_split
from mer_core.evaluation.subset import mapped, only_datasets
from mer_core.features import FeatureSet, check_features, check_trainable
from mer_core.left_out import left_out_notes


@dataclass(frozen=True)
class Plan:
    """How a method is to be judged.

    protocol: leave one subject out if None. folds: 5 if None. split_seed: 0 if None. label_map: the classes to take, in
    place of the file's own. datasets: only these (none named: all). train, test: data sets of the cross-dataset
    protocol. saved: a file of ``write_split``, in place of a protocol.
    """

    protocol: str | None = None
    folds: int | None = None
    split_seed: int | None = None
    label_map: LabelMap | None = None
    datasets: tuple[str, ...] = ()
    train: tuple[str, ...] = ()
    test: tuple[str, ...] = ()
    saved: Path | None = None


def apply_plan(features: FeatureSet, plan: Plan, *, draws_more: bool = False) -> tuple[FeatureSet, Split]:
    """The clips that take part and their folds, or FeatureError with one sentence, also for a wish without effect.

    draws_more: whether ``plan.split_seed`` has a use beside this division.
    """
    check_features(features)
    _check_wishes(plan, draws_more)
    if plan.datasets:
        features = only_datasets(features, plan.datasets)
    if plan.protocol == "cross":
        features = _both_sides(features, plan)
    label_map = MEGC if plan.protocol == "composite" else plan.label_map
    if label_map is not None:  # after the choice of clips, so that only theirs count as left out
        features = mapped(features, label_map)
    if plan.saved is not None:
        division = read_split(plan.saved, features)
    elif plan.protocol == "cross":
        division = Split(PROTOCOLS["cross"], np.isin(features.dataset, plan.test)[None, :])
    else:
        if plan.protocol == "composite":
            _check_composite(features)
        folds = 5 if plan.folds is None else plan.folds
        division = split(
            plan.protocol or "loso", features.label, features.group, folds=folds, seed=plan.split_seed or 0
        )
        if plan.folds is not None and len(division.held_out) < plan.folds:
            raise FeatureError(
                f"There are not enough clips or subjects for {plan.folds} folds, only for {len(division.held_out)}: "
                "ask for fewer."
            )
    check_trainable(features)
    check_division(features, division)
    return features, division


def check_division(features: FeatureSet, division: Split) -> None:
    """Raise FeatureError where no method could be judged: nothing is held out, or less than two classes are left."""
    if not division.held_out.any():
        raise FeatureError(" ".join(["There is no clip to be tested on.", *left_out_notes(features.attributes)]))
    for fold, held_out in enumerate(division.held_out):
        learnt = np.unique(features.label[~held_out])
        if len(learnt) < 2:
            who = ", ".join(sorted(set(features.group[held_out]))[:3])
            raise FeatureError(
                f"Without the clips of fold {fold + 1} ({who}) there are not two classes left to learn from: "
                "add clips of other subjects, or hold fewer out at a time."
            )


def _check_wishes(plan: Plan, draws_more: bool) -> None:
    """Raise FeatureError for what the plan asks for and could not have."""
    if plan.split_seed is not None and plan.split_seed < 0:
        raise FeatureError(f"--split-seed is {plan.split_seed}, but must be at least 0.")
    if plan.saved is not None:
        given = {"protocol": plan.protocol is not None, "folds": plan.folds is not None}
        given |= {"split-seed": plan.split_seed is not None and not draws_more}
        given |= {"train": bool(plan.train), "test": bool(plan.test)}
        for name, there in given.items():
            if there:
                raise FeatureError(f"A saved split says itself who is held out when: leave --{name} or --split out.")
        return
    chosen = PROTOCOLS.get(plan.protocol or "loso")
    if chosen is None:
        return  # ``split`` says which there are
    if chosen.name != "cross" and (plan.train or plan.test):
        raise FeatureError(
            "Data sets to train and to test on belong to the protocol 'cross': choose it, or leave them."
        )
    if plan.folds is not None and not chosen.counts_folds:
        counted = " or ".join(f"--protocol {one.name}" for one in PROTOCOLS.values() if one.counts_folds)
        raise FeatureError(f"The protocol '{chosen.name}' has folds of its own: leave --folds out, or take {counted}.")
    if plan.split_seed is not None and not chosen.drawn and not draws_more:
        raise FeatureError(f"The protocol '{chosen.name}' draws nothing at random: leave --split-seed out.")
    if chosen.name == "composite" and plan.label_map is not None and plan.label_map.classes != MEGC_CLASSES:
        raise FeatureError(
            f"The composite protocol is of MEGC 2019's three classes, not of {plan.label_map.title}: leave the label "
            "map out, or take another protocol."
        )


def _both_sides(features: FeatureSet, plan: Plan) -> FeatureSet:
    if not plan.train or not plan.test:
        raise FeatureError("The protocol 'cross' needs data sets to train on and to test on: --train A,B --test C.")
    both = sorted(set(plan.train) & set(plan.test))
    if both:
        raise FeatureError(f"The data set {', '.join(both)} cannot be both learnt from and tested on: name it once.")
    return only_datasets(features, (*plan.train, *plan.test))


def _check_composite(features: FeatureSet) -> None:
    names = sorted(set(features.dataset.tolist()))
    if len(names) < 2:
        raise FeatureError(
            f"The composite protocol joins several data sets, but all clips are of {names[0]}: use 'loso' for one."
        )
    if features.classes != MEGC_CLASSES:
        raise FeatureError(f"The composite protocol is of three classes, not of {', '.join(features.classes)}.")

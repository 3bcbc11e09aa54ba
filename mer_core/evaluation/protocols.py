"""How clips are divided into those learnt from and those held out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mer_core.errors import FeatureError


@dataclass(frozen=True)
class Protocol:
    """A way to divide. ``leaks_subjects``: a subject's clips may lie on both sides, so figures are flattering.

    divide: (label, group, folds, seed) → (N,) the fold that holds each clip out, −1 where none does; None where whole
    data sets are divided, which takes their names (``plan.apply_plan``).
    """

    name: str
    title: str
    leaks_subjects: bool
    divide: Callable[[np.ndarray, np.ndarray, int, int], np.ndarray] | None

    @property
    def drawn(self) -> bool:
        """Whether a random seed has a say."""
        return self.divide is not None and self.divide is not _loso

    @property
    def counts_folds(self) -> bool:
        """Whether it may be asked for another number of folds."""
        return self.divide in (_kfold, _clips)


@dataclass(frozen=True)
class Split:
    """Folds of one data set. held_out: (F, N) bool, each row the clips kept out of that fold's training."""

    protocol: Protocol
    held_out: np.ndarray
    seed: int | None = None
    """What the division was drawn with; None where nothing was drawn, or nobody knows."""

    @property
    def fold(self) -> np.ndarray:
        """(N,) int64: the fold that holds a clip out, or −1 for a clip that is always learnt from."""
        return np.where(self.held_out.any(axis=0), self.held_out.argmax(axis=0), -1)

    def datasets(self, dataset: np.ndarray) -> dict[str, list[str]]:
        """``train`` and ``test``: the data sets on each side, where whole ones are divided. dataset: (N,) str."""
        whole = self.protocol.divide is None
        tested = self.held_out.any(axis=0)
        sides = {"train": ~tested, "test": tested}
        return {name: sorted(set(dataset[side].tolist())) if whole else [] for name, side in sides.items()}


def split(protocol: str, label: np.ndarray, group: np.ndarray, *, folds: int = 5, seed: int = 0) -> Split:
    """Divide N clips. label: (N,) int64; group: (N,) str, the subject's key; ``folds`` for the K-fold protocols."""
    if protocol not in PROTOCOLS:
        raise FeatureError(f"The protocol '{protocol}' is unknown: choose one of {', '.join(PROTOCOLS)}.")
    chosen = PROTOCOLS[protocol]
    if chosen.divide is None:
        raise FeatureError(f"The protocol '{protocol}' divides data sets: name those to train and to test on.")
    units = len(label) if chosen.leaks_subjects else len(set(group))
    if units < 2:
        what = "clip" if chosen.leaks_subjects else "subject"
        raise FeatureError(
            f"The protocol '{protocol}' needs at least two {what}s, but there is {units}: add clips of others."
        )
    if folds < 2:
        raise FeatureError(
            f"The protocol '{protocol}' needs at least two folds, but {folds} were asked for: raise --folds."
        )
    assigned = chosen.divide(label, group, min(folds, units), seed)
    held_out = assigned[None, :] == np.arange(assigned.max() + 1)[:, None]
    return Split(chosen, held_out, seed if chosen.drawn else None)


def default_protocol(group: np.ndarray) -> str:
    """Leave one subject out up to 40 subjects, five folds by subject beyond."""
    return "loso" if len(set(group)) <= 40 else "kfold"


def _loso(_label: np.ndarray, group: np.ndarray, _folds: int, _seed: int) -> np.ndarray:
    return np.unique(group, return_inverse=True)[1]


def _kfold(label: np.ndarray, group: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """Whole subjects, dealt so that classes and sizes stay even: larger ones first, each where it fits best."""
    names, member = np.unique(group, return_inverse=True)
    counts = np.zeros((len(names), int(label.max()) + 1))
    np.add.at(counts, (member, label), 1)
    share = counts / counts.sum(axis=0).clip(1)
    # Roughly the largest first: the seed shall have a say too.
    order = np.argsort(-share.sum(axis=1) * np.random.default_rng(seed).uniform(0.5, 1.5, len(names)))
    filled = np.zeros((folds, counts.shape[1]))
    place = np.empty(len(names), dtype=np.int64)
    for subject in order:
        # Among equals the emptiest, so that there are as many folds as asked for.
        cost = [share[subject] @ filled[fold] + 1e-9 * filled[fold].sum() for fold in range(folds)]
        place[subject] = int(np.argmin(cost))
        filled[place[subject]] += share[subject]
    return place[member]


def _clips(label: np.ndarray, _group: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """Single clips, each class dealt round the folds."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(label))
    order = order[np.argsort(label[order], kind="stable")]
    fold = np.empty(len(label), dtype=np.int64)
    fold[order] = np.arange(len(label)) % folds
    return fold


def _first(divide: Callable[[np.ndarray, np.ndarray, int, int], np.ndarray]) -> Callable[..., np.ndarray]:
    """The first of five folds held out (a fifth), the rest always learnt from."""

    def hold_out(label: np.ndarray, group: np.ndarray, _folds: int, seed: int) -> np.ndarray:
        return np.where(divide(label, group, 5, seed) == 0, 0, -1)

    return hold_out


PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        Protocol("loso", "leave one subject out", False, _loso),
        Protocol("composite", "leave one subject out, several data sets as one, three classes", False, _loso),
        Protocol("cross", "train on some data sets, test on others", False, None),
        Protocol("kfold", "K folds of whole subjects", False, _kfold),
        Protocol("holdout", "a fifth held out, whole subjects", False, _first(_kfold)),
        Protocol("sample-kfold", "K folds of single clips (leaks subjects)", True, _clips),
        Protocol("sample-holdout", "a fifth of the clips held out (leaks subjects)", True, _first(_clips)),
    )
}

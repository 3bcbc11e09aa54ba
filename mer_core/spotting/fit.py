"""Find movements of a rise-hold-fall course in what the cells of a face do, however small each cell's part in it.

Not a magnitude is looked at but a projection: the combination of cells that follows such a course best. Over the whole
face the noise of the single cells averages out, and what moves otherwise (a stirring chin, a slow turn) is left aside.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.linalg import eigh
from scipy.ndimage import gaussian_filter1d
from scipy.optimize import minimize

from mer_core.spotting.course import Course, courses

_COMPONENTS = 25
_FLOOR = 4.0  # times its noise: what a component's energy is weighed against
_RISES = (0.06, 0.1, 0.15, 0.22, 0.35, 0.6, 1.0)  # seconds, of the first search
_HOLDS = (0.01, 0.05, 0.12, 0.3, 0.8, 2.0)
_SHORTEST, _LONGEST = 0.03, 3.0  # seconds a rise or a fall may last
_PLATEAU = 0.12  # seconds of hold up to which its middle is the apex: in a shorter one noise decides where the top is
_FAINTEST = 0.5  # of a course without its trend: one that is nearly a trend says nothing
_ENOUGH = 0.9  # of the variance: a course that explains so much needs no other to be tried
_ROUGHLY = 0.4  # of the variance: a first guess that explains less is none
_COARSE = 200  # moments the first search looks at


@dataclass(frozen=True, eq=False)
class Movement:
    """course: when. apex: its strongest moment, in frames: the middle of the hold, or, in a long one, the first that is
    as strong as any. weights: (T,) float64; the sum of a track's rows times these is the motion at full strength.

    projection: (T,) float64, how strong it is in every frame, 1 about the hold, with noise. spread: (3,) frames, one
    standard error of onset, apex and offset. share: 0..1, how much of the variance of the combination of columns that
    follows the course best is the course's.
    """

    course: Course
    apex: float
    weights: np.ndarray
    projection: np.ndarray
    spread: np.ndarray
    share: float


class Movements:
    """The movements in a track, the clearest first, each taken out before the next is looked for."""

    def __init__(self, track: np.ndarray, rate: float) -> None:
        """track: (T, D) float, columns weighted as they shall count; rate: frames a second."""
        self._frames, self._rate = len(track), rate
        self._trend = np.linalg.qr(np.vander(np.linspace(-1, 1, self._frames), 2))[0]
        self._given = np.asarray(track)
        self._track = self._still(np.asarray(track, np.float64).T).T
        # A few patterns hold all that is more than noise: the frames' Gram matrix is small where the cells are many.
        count = max(1, min(_COMPONENTS, self._frames - 4))
        first = self._frames - count
        energy, vectors = eigh(self._track @ self._track.T, subset_by_index=[first, self._frames - 1])
        energy = np.maximum(energy, 1e-12)
        scores = vectors * np.sqrt(energy)
        # What jumps from frame to frame is noise: second differences leave out what a movement does steadily.
        noise = np.mean(np.diff(scores, 2, axis=0) ** 2, axis=0) / 6 * self._frames
        self._weighed = scores / np.sqrt(energy + _FLOOR * noise)
        self._scores = scores
        self._loading = scores / (energy + _FLOOR * noise)

    def next(self) -> Movement | None:
        """The clearest movement left; None where nothing that is left follows a course even roughly."""
        guesses = self._first_guesses()
        if not guesses:
            return None
        found = self._refine(guesses)
        movement = self._movement(found)
        taken = self._unit(courses(self._frames, _row(found)))[0]
        self._weighed = self._weighed - np.outer(taken, taken @ self._weighed)
        return movement

    def _still(self, rows: np.ndarray) -> np.ndarray:
        """(K, T) without mean and trend: slow drifts are no movement."""
        return rows - (rows @ self._trend) @ self._trend.T

    def _unit(self, rows: np.ndarray) -> np.ndarray:
        rows = self._still(rows)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    def _first_guesses(self) -> list[np.ndarray]:
        step = max(1, self._frames // _COARSE)
        guesses, shapes = _guesses(-(-self._frames // step), self._rate / step)
        rows = shapes @ self._weighed[::step].astype(np.float32)
        shares = np.einsum("kc,kc->k", rows, rows) * step  # every so many frames hold as much less
        order = np.argsort(-shares)
        chosen: list[np.ndarray] = []
        for index in order:  # the best, and others that are not much the same
            guess = guesses[index] * step
            if shares[index] < _ROUGHLY:
                break
            if all(np.abs(guess - other).max() > 0.05 * self._rate for other in chosen):
                chosen.append(guess)
            if len(chosen) == 3:
                break
        return chosen

    def _refine(self, guesses: list[np.ndarray]) -> Course:
        shortest, longest = _SHORTEST * self._rate, _LONGEST * self._rate

        def miss(x: np.ndarray) -> float:
            limited = np.array([x[0], *np.clip(x[1:], (shortest, 0, shortest), longest)])
            shape = self._still(courses(self._frames, limited[None]))[0]
            length = float(np.linalg.norm(shape))
            if length < _FAINTEST:
                return 0.0
            row = shape @ self._weighed / length
            return -float(row @ row) * (1 - 1e-4 * float(np.abs(x - limited).sum()))

        best = None
        for guess in guesses:
            size = np.array([0.01, 0.015, 0.01, 0.015]) * self._rate
            simplex = guess + np.vstack([np.zeros(4), np.diag(np.maximum(size, 0.1 * guess.clip(0)))])
            options = {"xatol": 0.05, "fatol": 1e-6, "maxiter": 500, "initial_simplex": simplex}
            result = minimize(miss, guess, method="Nelder-Mead", options=options)
            if best is None or result.fun < best.fun:
                best = result
            if best.fun < -_ENOUGH:
                break
        assert best is not None
        onset, *lengths = best.x
        rise, hold, fall = np.clip(lengths, (shortest, 0, shortest), longest)
        return Course(float(onset), float(rise), float(hold), float(fall))

    def _movement(self, course: Course) -> Movement:
        shape = courses(self._frames, _row(course))[0]
        unit = self._unit(shape[None])[0]
        share = float(((unit @ self._weighed) ** 2).sum())
        # The combination of components that follows the course best, scaled to be the course.
        projection = self._scores @ (self._loading.T @ unit)
        size = self._still(shape[None])[0]
        projection = projection * ((size @ size) / max(float(projection @ size), 1e-12))
        noise = float(np.std(projection - size) * np.sqrt(self._frames / max(1, self._frames - 6)))
        weights = size / max(float(size @ size), 1e-12)
        spread = self._spread(course, noise)
        apex = course.apex
        if course.hold > _PLATEAU * self._rate:
            apex, spread[1] = self._first_strongest(course, weights), spread[3]
        return Movement(course, apex, weights, projection + (shape - size), spread[:3], share)

    def _first_strongest(self, course: Course, weights: np.ndarray) -> float:
        """The first frame of a long movement in which its pattern is as strong as ever, noise apart."""
        pattern = weights @ self._given
        strength = self._given @ (pattern / max(float(pattern @ pattern), 1e-12))
        smooth = gaussian_filter1d(strength, max(1.0, 0.03 * self._rate), mode="nearest")
        first = max(0, min(round(course.onset + 0.5 * course.rise), self._frames - 1))
        inside = smooth[first : max(first + 1, min(self._frames, round(course.offset) + 1))]
        enough = inside.max() - 2 * np.std(strength - smooth)
        return float(first + int(np.argmax(inside >= enough)))

    def _spread(self, course: Course, noise: float) -> np.ndarray:
        """(4,) standard errors of onset, middle of the hold, offset and begin of the hold, by the course's derivatives.

        As if the noise were white from frame to frame.
        """
        row, step = _row(course), 0.05
        moved = np.vstack([row + step * np.eye(4), row - step * np.eye(4)])
        values = self._still(courses(self._frames, moved))
        slopes = (values[:4] - values[4:]).T / (2 * step)
        # A hold cannot be negative, nor anything last for ever: a weak bound on each keeps the errors finite.
        bound = np.eye(4) / (0.5 * self._rate) ** 2
        covariance = np.linalg.inv(slopes.T @ slopes / noise**2 + bound)
        marks = np.array([[1, 0, 0, 0], [1, 1, 0.5, 0], [1, 1, 1, 1], [1, 1, 0, 0]])
        return np.sqrt(np.diag(marks @ covariance @ marks.T))


def _row(course: Course) -> np.ndarray:
    return np.array([[course.onset, course.rise, course.hold, course.fall]])


@lru_cache(maxsize=4)
def _guesses(frames: int, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Courses to begin with, (K, 4), and their shapes (K, frames) float32, without trend and of length one."""
    rows = []
    for rise in _RISES:
        for fall in _RISES:
            for hold in _HOLDS:
                lengths = np.array([rise, hold, fall]) * rate
                if lengths.min() < 0.2 or lengths.sum() > 1.2 * frames or not 0.3 <= fall / rise <= 6:
                    continue
                onsets = np.arange(-0.5 * lengths[0], frames - lengths[0], max(1.0, 0.2 * lengths[0]))
                rows.append(np.column_stack([onsets, np.tile(lengths, (len(onsets), 1))]))
    table = np.concatenate([np.empty((0, 4)), *rows])  # in a few frames no course has room
    trend = np.linalg.qr(np.vander(np.linspace(-1, 1, frames), 2))[0]
    shapes = courses(frames, table)
    shapes -= (shapes @ trend) @ trend.T
    length = np.linalg.norm(shapes, axis=1, keepdims=True)
    good = length[:, 0] > _FAINTEST
    return table[good], (shapes[good] / length[good]).astype(np.float32)

"""Maximum likelihood in the logarithms of positive parameters, with the checks that say whether to believe it.

Newton's method with the exact curvature: four parameters need some ten steps where a quasi-Newton
search needs a hundred evaluations, and the curvature at the top is what standard errors and the
check of identification stand on. Several starts on a thinned sample find the hill, one climb on
all customers reaches its top. Nothing here knows a model.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from crm_core.lifetime.purchases import Floats

Objective = Callable[[Floats], tuple[float, Floats, Floats]]
"""Log-parameters to the negative log-likelihood of all customers, its gradient and its Hessian."""

MOST_STEPS = 200
LONGEST_STEP = 1.5
SMALLEST_CURVATURE = 1e-6
LAST_GAIN = 1e-9
SAME_HEIGHT = 0.01
STARTS_CLIMBED_FIRST = 2

NEAR_BOUND = 1e-3
WORST_CONDITION = 1e7
"""Beyond it the top is a ridge. One loose parameter is none: where few customers leave, a and b are loose one by one
and what they say together is not."""
MOST_GAIN_LEFT = 1e-3


@dataclass(frozen=True, eq=False)
class Fit:
    """Where a likelihood is highest.

    `parameters` in the model's order; `standard_errors` beside them (nan where the curvature fixes
    none); `gain_left`: by how much the log-likelihood could still rise, judged by slope and
    curvature; `condition`: largest to smallest curvature; `at_bound`: places of the parameters that
    stopped at a limit of the search, `at_upper_bound` those of them at the upper one; `loosest`: place of the
    parameter the data say least about.
    """

    parameters: Floats
    standard_errors: Floats
    log_likelihood: float
    gain_left: float
    condition: float
    at_bound: tuple[int, ...]
    loosest: int
    at_upper_bound: tuple[int, ...] = ()

    @property
    def has_converged(self) -> bool:
        """Whether no step from here would raise the likelihood by more than what counts as nothing."""
        return bool(np.isfinite(self.log_likelihood)) and self.gain_left <= MOST_GAIN_LEFT

    @property
    def is_identified(self) -> bool:
        """Whether the data fix every parameter: the top is a peak, not a ridge."""
        return self.condition <= WORST_CONDITION


def highest(rough: Objective, exact: Objective, starts: Sequence[Floats], lowest: Floats, highest: Floats) -> Fit:
    """The highest likelihood of `exact` between two limits, from the best of `starts` on `rough`.

    The two best starts are climbed; if they end at different heights, so are the others.
    """
    limits = np.log([lowest, highest])
    logs = [np.clip(np.log(start), *limits) for start in starts]
    promising = sorted(logs, key=lambda start: rough(start)[0])
    tops = [climb(rough, start, limits) for start in promising[:STARTS_CLIMBED_FIRST]]
    if abs(tops[0].value - tops[-1].value) > SAME_HEIGHT:
        tops += [climb(rough, start, limits) for start in promising[STARTS_CLIMBED_FIRST:]]
    best = min(tops, key=lambda top: top.value)
    return _judged(best if exact is rough else climb(exact, best.place, limits), limits)


@dataclass(frozen=True, eq=False)
class Top:
    """Where a climb ended: log-parameters, and what the objective says there."""

    place: Floats
    value: float
    slope: Floats
    curvature: Floats


def climb(objective: Objective, start: Floats, limits: Floats) -> Top:
    """Newton's method with a bounded step, downhill on `objective`, within `limits` (lower, upper).

    Where the surface curves the wrong way the step follows the slope by the size of the curvature,
    so that a saddle is left and not sought. A parameter pushed against its limit stays there.
    """
    place = start
    value, slope, curvature = objective(place)
    for _step in range(MOST_STEPS):
        free = ~(((place <= limits[0]) & (slope > 0)) | ((place >= limits[1]) & (slope < 0)))
        if not free.any():
            break
        direction = np.zeros_like(place)
        direction[free] = _newton_direction(slope[free], curvature[np.ix_(free, free)])
        if -slope @ direction < LAST_GAIN:
            break
        direction *= min(1.0, LONGEST_STEP / np.abs(direction).max())
        while True:
            moved = np.clip(place + direction, *limits)
            found = objective(moved)
            if found[0] <= value + 1e-4 * (slope @ (moved - place)):
                break
            direction /= 4
            if np.abs(direction).max() < 1e-10:
                return Top(place, value, slope, curvature)
        place, (value, slope, curvature) = moved, found
    return Top(place, value, slope, curvature)


def _newton_direction(slope: Floats, curvature: Floats) -> Floats:
    if not np.isfinite(curvature).all():
        return np.zeros_like(slope)
    sizes, axes = np.linalg.eigh(curvature)
    sizes = np.maximum(np.abs(sizes), SMALLEST_CURVATURE * np.abs(sizes).max() + 1e-300)
    step: Floats = -axes @ ((axes.T @ slope) / sizes)
    return step


def _judged(top: Top, limits: Floats) -> Fit:
    place, value, slope, curvature = top.place, top.value, top.slope, top.curvature
    is_near = np.abs(limits - place) < NEAR_BOUND
    at_bound, at_upper = (
        tuple(int(each) for each in np.flatnonzero(near)) for near in (is_near.any(axis=0), is_near[1])
    )
    known = np.isfinite(curvature).all()
    sizes, axes = np.linalg.eigh(curvature if known else np.eye(len(place)))
    if not known or sizes[0] <= 0:
        unknown, flattest = np.full_like(place, np.nan), int(np.abs(axes[:, 0]).argmax())
        return Fit(np.exp(place), unknown, -value, np.inf, np.inf, at_bound, flattest, at_upper)
    covariance = np.linalg.inv(curvature)
    return Fit(
        parameters=np.exp(place),
        standard_errors=np.exp(place) * np.sqrt(np.maximum(np.diag(covariance), 0)),
        log_likelihood=-value,
        gain_left=float(slope @ covariance @ slope / 2),
        condition=float(sizes[-1] / sizes[0]),
        at_bound=at_bound,
        loosest=int(np.diag(covariance).argmax()),
        at_upper_bound=at_upper,
    )


def in_logarithms(parameters: Floats, slope: Floats, curvature: Floats) -> tuple[Floats, Floats]:
    """Slope and curvature of the negative in the log-parameters, from those of a function in the parameters."""
    steep = slope * parameters
    return -steep, -(curvature * np.outer(parameters, parameters) + np.diag(steep))

"""Strain against fields whose strain is known: |ε| = sqrt(u_x² + v_y² + ½ (u_y + v_x)²)."""

import numpy as np
import pytest

from mer_core.flow import strain_magnitude

Y, X = np.mgrid[0:40, 0:60].astype(np.float32)


def strain(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return strain_magnitude(u.astype(np.float32), v.astype(np.float32))


def test_a_shift_strains_nothing() -> None:
    assert strain(np.full_like(X, 3.7), np.full_like(X, -1.2)).max() == 0


@pytest.mark.parametrize(("a", "b"), [(0.02, 0), (0, -0.03), (0.02, 0.02), (0.05, -0.01)])
def test_a_stretch(a: float, b: float) -> None:
    np.testing.assert_allclose(strain(a * X, b * Y), np.hypot(a, b), rtol=1e-4)


@pytest.mark.parametrize(("p", "q"), [(0.03, 0), (0, 0.03), (0.02, 0.02)])
def test_a_shear_counts_half_the_square_of_its_angle(p: float, q: float) -> None:
    np.testing.assert_allclose(strain(p * Y, q * X), (p + q) / np.sqrt(2), rtol=1e-4)


def test_a_pure_shear_strains_as_the_stretch_it_is_along_the_diagonals() -> None:
    np.testing.assert_allclose(strain(0.02 * Y, 0.02 * X).mean(), strain(0.02 * X, -0.02 * Y).mean(), rtol=1e-5)


@pytest.mark.parametrize("degrees", [0.5, 2, 5])
def test_a_turn_strains_to_second_order_only(degrees: float) -> None:
    angle = np.radians(degrees)
    u = (np.cos(angle) - 1) * X - np.sin(angle) * Y
    v = np.sin(angle) * X + (np.cos(angle) - 1) * Y
    np.testing.assert_allclose(strain(u, v), np.sqrt(2) * (1 - np.cos(angle)), rtol=1e-2)
    assert strain(u, v).max() < angle**2


def test_central_differences_are_exact_on_a_parabola_inside() -> None:
    inner = strain(0.001 * X**2, np.zeros_like(X))[:, 1:-1]
    np.testing.assert_allclose(inner, 0.002 * X[:, 1:-1], rtol=1e-3)


def test_the_axes_are_not_swapped() -> None:
    """A bump in u alone: strain from u_x counts whole, from u_y by 1/√2."""
    bump = np.exp(-((X - 30) ** 2 + (Y - 20) ** 2) / 50)
    found = strain(bump, np.zeros_like(bump))
    assert found[20, 25] == pytest.approx(np.sqrt(2) * found[15, 30], rel=1e-3)


def test_turning_the_picture_turns_the_strain() -> None:
    rng = np.random.default_rng(0)
    u, v = rng.normal(size=(2, 30, 30)).astype(np.float32)
    # A quarter turn anticlockwise carries the direction (u, v) to (v, −u).
    np.testing.assert_allclose(strain(np.rot90(v), -np.rot90(u)), np.rot90(strain(u, v)), rtol=1e-4, atol=1e-6)


def test_mirroring_the_picture_mirrors_the_strain() -> None:
    rng = np.random.default_rng(1)
    u, v = rng.normal(size=(2, 30, 30)).astype(np.float32)
    np.testing.assert_allclose(strain(-u[:, ::-1], v[:, ::-1]), strain(u, v)[:, ::-1], rtol=1e-4, atol=1e-6)

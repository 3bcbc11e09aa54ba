"""Cut a turned, scaled square out of a picture, without aliasing and without touching the rest of the picture."""

import cv2
import numpy as np


def warp_square(image: np.ndarray, matrix: np.ndarray, size: int, *, grey: bool = False) -> np.ndarray:
    """Resample `image` (H, W[, C]) uint8 to (size, size[, C]); `matrix` (2, 3): source pixels → the square's.

    Beyond the picture its edge is repeated. Shrinking averages over areas first; enlarging is bicubic, since linear
    interpolation blurs by an amount that depends on the sub-pixel phase, which reads as motion. `grey` turns RGB grey.
    """
    inverse = cv2.invertAffineTransform(matrix)
    corners = np.array([[0, 0], [size, 0], [0, size], [size, size]], np.float64) @ inverse[:, :2].T + inverse[:, 2]
    scale = float(np.sqrt(abs(np.linalg.det(inverse[:, :2]))))  # source pixels to one of the square
    margin = 2 + scale
    height, width = image.shape[:2]
    left, top = (int(np.clip(v, 0, n - 1)) for v, n in zip(corners.min(0) - margin, (width, height), strict=True))
    right, bottom = (
        int(np.clip(v, low + 1, n))
        for v, n, low in zip(np.ceil(corners.max(0) + margin), (width, height), (left, top), strict=True)
    )
    patch = image[top:bottom, left:right]
    if grey:
        patch = cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY)
    local = matrix.astype(np.float64).copy()
    local[:, 2] += local[:, :2] @ (left, top)
    factor = int(scale)
    if factor >= 2 and min(patch.shape[:2]) >= factor:
        rows, columns = (n // factor * factor for n in patch.shape[:2])
        patch = cv2.resize(patch[:rows, :columns], (columns // factor, rows // factor), interpolation=cv2.INTER_AREA)
        local[:, 2] += local[:, :2] @ np.full(2, (factor - 1) / 2)  # the first block's centre, in source pixels
        local[:, :2] *= factor
    interpolation = cv2.INTER_LINEAR if scale > 1 else cv2.INTER_CUBIC
    return cv2.warpAffine(patch, local, (size, size), flags=interpolation, borderMode=cv2.BORDER_REPLICATE)

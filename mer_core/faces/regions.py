"""Regions of the face where action units show, as polygons of mesh points.

Left and right are the person's, as in FACS.
"""

import cv2
import numpy as np

REGIONS: dict[str, tuple[int, ...]] = {
    "right brow": (71, 68, 104, 69, 108, 107, 55, 221, 222, 223, 224, 225, 46, 70),
    "left brow": (301, 298, 333, 299, 337, 336, 285, 441, 442, 443, 444, 445, 276, 300),
    "between the brows": (151, 108, 107, 55, 193, 6, 417, 285, 336, 337),
    "right lids": (35, 124, 225, 224, 223, 222, 221, 189, 244, 233, 232, 231, 230, 229, 228, 31),
    "left lids": (265, 353, 445, 444, 443, 442, 441, 413, 464, 453, 452, 451, 450, 449, 448, 261),
    "nose": (6, 122, 188, 114, 217, 126, 129, 98, 97, 2, 326, 327, 358, 355, 437, 343, 412, 351),
    "right cheek": (123, 116, 111, 31, 228, 229, 230, 231, 232, 47, 126, 129, 203, 206, 216, 207, 187, 147),
    "left cheek": (352, 345, 340, 261, 448, 449, 450, 451, 452, 277, 355, 358, 423, 426, 436, 427, 411, 376),
    "right mouth corner": (206, 165, 39, 181, 182, 204, 210, 214, 207, 216),
    "left mouth corner": (426, 391, 269, 405, 406, 424, 430, 434, 427, 436),
    "lips": (39, 165, 167, 164, 393, 391, 269, 405, 406, 313, 18, 83, 182, 181),
    "chin": (204, 182, 83, 18, 313, 406, 424, 431, 395, 400, 377, 152, 148, 176, 170, 211),
}
"""By name, from the top down: the mesh points of the region's outline, round once."""


def region_outlines(landmarks: np.ndarray) -> dict[str, np.ndarray]:
    """The outline of each region, (N, 2) float32 each, in the pixels of `landmarks` (468, 2); not closed."""
    points = np.asarray(landmarks, np.float32)
    return {name: points[list(indices)] for name, indices in REGIONS.items()}


def region_masks(landmarks: np.ndarray, size: int) -> dict[str, np.ndarray]:
    """Where each region lies in a crop of side `size`: (size, size) bool; `landmarks` (468, 2) in pixels of the crop.

    What lies beyond the crop is cut off: a region may be smaller than its outline, or empty.
    """
    masks = {}
    for name, outline in region_outlines(landmarks).items():
        mask = np.zeros((size, size), np.uint8)
        cv2.fillPoly(mask, [np.rint(outline).astype(np.int32)], (1,))
        masks[name] = mask.astype(bool)
    return masks

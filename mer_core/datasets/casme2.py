"""CASME II (Yan et al. 2014): 255 micro-expressions at 200 fps."""

from mer_core.datasets.dataset import DataSet

CASME2 = DataSet(
    name="casme2",
    title="CASME II",
    fps=200,
    coding=("casme2*coding*.xlsx", "casme2*.xlsx", "casme2*.csv", "*casme*ii*.xlsx"),
    sheets=("Sheet1",),
    subject=lambda key, _folder: f"sub{int(key[0]):02}",
    published={
        "others": 99,
        "disgust": 63,
        "happiness": 32,
        "repression": 27,
        "surprise": 25,
        "sadness": 7,
        "fear": 2,
    },
    published_total=255,
)

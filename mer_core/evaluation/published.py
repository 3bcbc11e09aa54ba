"""Published figures of the methods compared, each with what must be known before setting it beside another."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """UF1 on the MEGC 2019 composite (442 clips of 68 subjects, three classes) and its parts; caveat: one sentence."""

    full: float
    smic: float
    casme2: float
    samm: float
    caveat: str = ""


SOURCE = (
    "UF1 as printed for the MEGC 2019 composite of SMIC, CASME II and SAMM (442 clips, 68 subjects), leave one subject "
    "out: the baseline by See et al. 2019 (LBP-TOP), Gan et al. 2019 (OFF-ApexNet), Zhou et al. 2019 (Dual-Inception), "
    "Liong et al. 2019 (STSTNet)."
)
PUBLISHED = {
    "lbp-top": Published(0.588, 0.200, 0.703, 0.395, "The SMIC figure is probably a misprint."),
    "off-apexnet": Published(0.720, 0.682, 0.876, 0.541, "As re-run by the challenge's participants."),
    "dual-inception": Published(0.732, 0.665, 0.862, 0.587),
    "ststnet": Published(
        0.735, 0.680, 0.838, 0.659, "Its published UAR (.7605) is mean precision; its own log gives UAR .7186."
    ),
}
CAVEATS = (
    "Published figures come from other clips, other flow and often another way to choose the epoch: a landmark, not a "
    "rival in the table above.",
    "Several published codes keep the epoch that scored best on the test fold; for STSTNet alone that lifted UF1 from "
    ".713 to .774 (MEB).",
    "3DHOG, HOOF, MACNN, Micro-Attention and Mini-AORCNN have no published figure under this protocol; the last three "
    "and 3DHOG have no exact public specification and are the nearest faithful reconstructions.",
)
OTHER_TASK = (
    "No published figure stands here: those of MEGC 2019 are of three classes, with no subject on both sides, and this "
    "study is of other classes or leaks subjects."
)
MR_UAMF = (
    "The paper of MR-UAMF (2025) states accuracies of .850 (SMIC), .812 (CASME), .836 (CASME II) and .839 (SAMM) under "
    "K-fold of single clips, which leaks subjects, with each set's own classes: not comparable with any figure here."
)
ABLATION = (
    "The paper states an accuracy of 69 % for the baseline, + 10 % by FU-MIX, + 5 % by image fusion and small gains by "
    "micro-attention and the triple stream, under K-fold of single clips, which leaks subjects."
)

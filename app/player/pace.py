"""How fast a clip is really played."""

from dataclasses import dataclass


@dataclass
class Pace:
    """Counts over one stretch of playing; `advanced`: frames moved on, shown or passed over."""

    begun: float
    advanced: int = 0
    painted: int = 0
    seconds: float = 0.0

    def ended(self, now: float) -> "Pace":
        """The stretch, with its length."""
        self.seconds = now - self.begun
        return self

    @property
    def frames_a_second(self) -> float:
        """Frames of the clip a second."""
        return self.advanced / self.seconds if self.seconds else 0.0

    @property
    def painted_a_second(self) -> float:
        """Frames painted a second."""
        return self.painted / self.seconds if self.seconds else 0.0

    @property
    def dropped_a_second(self) -> float:
        """Frames a second that were passed over."""
        return max(0, self.advanced - self.painted) / self.seconds if self.seconds else 0.0

    def text(self, fps: float) -> str:
        """In few words, for a clip of `fps` frames a second."""
        return (
            f"{self.frames_a_second / fps:.2f}× · {self.painted_a_second:.0f}/s shown · "
            f"{self.dropped_a_second:.0f}/s dropped"
        )

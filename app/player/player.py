"""The middle of the window: the frame, the scrub bar, the transport."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.actions import Actions
from app.line_label import LineLabel
from app.media import Media
from app.number_box import NumberBox
from app.player.gap_sign import GapSign
from app.player.heat_scale import HeatScale
from app.player.pace import Pace
from app.player.playback import SPEEDS, Playback
from app.player.video_view import Overlay, VideoView
from app.theme import icon
from app.timeline.timeline import Timeline
from mer_core.errors import ClipError

if TYPE_CHECKING:
    import numpy as np

    from mer_core.analysis import Measurement
    from mer_core.faces import Alignment
    from mer_core.recognition import Prediction

LOOKS = ("magnified", "difference")  # pictures of the face in place of the face
_READABLE = 0.1  # seconds: while playing, numbers that change faster cannot be read, and cost as much as the picture
OVERLAYS = ("none", "attention", "strain", *LOOKS)
_LEAST_STRAIN = 0.005  # less is noise, and is not blown up to full colour
_STRAIN = "Optical strain between the two frames measured: how much the skin is stretched, as a share of its length"
_ATTENTION = (
    "Where the model that answers looks, 0 to 1; of a model without attention, what each place adds to the answer. "
    "The scale's ends are the least and the most of this answer."
)


@dataclass(frozen=True)
class _Heat:
    """A map over the crop: what it holds above its least, the values of no colour and of full, whose, what it means."""

    above: np.ndarray
    least: float
    most: float
    measurement: Measurement
    meaning: str


class Player(QWidget):
    """Shows the media's frame and moves through it."""

    overlay_chosen = Signal(str)
    problem = Signal(str)
    hinted = Signal(str)

    def __init__(self, media: Media, actions: Actions) -> None:
        super().__init__()
        self._media = media
        self._heat: dict[str, _Heat] = {}
        self._missing = dict.fromkeys(("strain", "attention"), "")  # why there is no map, where it is known
        self._heat_at_end = False  # where the head has the map that lies over the face
        self.view = VideoView()
        self.timeline = Timeline()
        self.playback = Playback(media, self)
        self.gap_sign = GapSign()
        self.heat_scale = HeatScale()
        self.view.installEventFilter(self)
        self.pace_label = QLabel()
        self.pace_label.setObjectName("hint")
        self.pace_label.setToolTip("Times real time; frames painted a second; frames passed over a second")
        self._position_told = 0.0
        self._position = LineLabel()
        self._position.setObjectName("hint")
        self.frame_box = NumberBox("frame ")
        self.frame_box.setButtonSymbols(NumberBox.ButtonSymbols.NoButtons)
        self.frame_box.setAccessibleName("Frame number")
        self.frame_box.setToolTip("The source's own number of the frame shown; type one to go there")
        self.speed = QComboBox()
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}×", speed)
        self.speed.setCurrentIndex(self.speed.findData(self.playback.speed))
        self.speed.setToolTip("Playing speed, times real time")
        self.speed.setAccessibleName("Playing speed")
        self.overlay = QComboBox()
        self.overlay.addItems(["No overlay", "Attention", "Strain", "Magnified", "Difference"])
        self.overlay.setToolTip("What is laid over the face")
        self.overlay.setAccessibleName("Overlay")
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(5, 100)
        self.opacity.setValue(60)
        self.opacity.setFixedWidth(60)
        self.opacity.setEnabled(False)  # there is no overlay at first
        self.opacity.setToolTip("How strongly the overlay covers the face")
        self.opacity.setAccessibleName("Overlay strength")
        self.strengths = {
            "magnified": _strength(8, "How many times the motion since the onset is enlarged"),
            "difference": _strength(4, "How many times the difference to the onset is enlarged"),
        }
        for box in (self.speed, self.overlay, self.opacity, *self.strengths.values()):
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)

        transport = QHBoxLayout()
        transport.setContentsMargins(8, 2, 8, 6)
        transport.setSpacing(2)
        self.play_button = _button(actions["play"])
        for name in ("first_frame", "previous_frame"):
            transport.addWidget(_button(actions[name]))
        self.back_button = _button(actions["play_backwards"])
        transport.addWidget(self.back_button)
        transport.addWidget(self.play_button)
        for name in ("next_frame", "last_frame", "loop"):
            transport.addWidget(_button(actions[name]))
        transport.addSpacing(6)
        for widget in (self.speed, self.frame_box):
            transport.addWidget(widget)
            transport.addSpacing(4)
        transport.addStretch(1)
        transport.addWidget(self.overlay)
        for slider in (self.opacity, *self.strengths.values()):
            transport.addWidget(slider)
        transport.addWidget(_button(actions["face"]))

        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.timeline)
        layout.addLayout(self._build_facts())
        layout.addLayout(transport)
        self._connect(media)
        actions.connect(
            {
                "play": self.playback.toggle,
                "play_backwards": self.playback.toggle_backwards,
                "every_frame": lambda: self.playback.set_every_frame(actions["every_frame"].isChecked()),
                "slower": lambda: self.change_speed(-1),
                "faster": lambda: self.change_speed(1),
            }
        )
        self._show_closed()

    def _build_facts(self) -> QHBoxLayout:
        """Where one is, how fast it is really played, and what is missing: a line of its own, always there."""
        facts = QHBoxLayout()
        facts.setContentsMargins(14, 0, 14, 0)
        facts.setSpacing(14)
        facts.addWidget(self._position, 1)
        facts.addWidget(self.pace_label)
        facts.addWidget(self.heat_scale)
        facts.addWidget(self.gap_sign)
        return facts

    def _connect(self, media: Media) -> None:
        media.opened.connect(self._show_opened)
        media.closed.connect(self._show_closed)
        media.frame_shown.connect(self._show_frame)
        media.buffered.connect(self._show_loaded)
        self.timeline.sought.connect(self._scrub)
        self.timeline.hinted.connect(self.hinted)
        self.view.hovered.connect(self.hinted)
        self.frame_box.valueChanged.connect(self._go_to_number)
        self.frame_box.lineEdit().returnPressed.connect(self.view.setFocus)
        self.speed.currentIndexChanged.connect(lambda row: self.playback.set_speed(self.speed.itemData(row)))
        self.overlay.currentIndexChanged.connect(self._overlay_changed)
        self.opacity.valueChanged.connect(lambda value: self.view.set_opacity(value / 100))
        self.view.set_opacity(self.opacity.value() / 100)
        self.playback.playing_changed.connect(self._show_playing)
        self.playback.paced.connect(self._show_pace)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.playback.note_painted()
        return super().eventFilter(watched, event)

    def say(self, text: str) -> None:
        """Show a text in place of a frame."""
        self.view.show_frame(None, text)

    def change_speed(self, by: int) -> None:
        """Faster (+1) or slower (−1)."""
        self.speed.setCurrentIndex(max(0, min(self.speed.currentIndex() + by, self.speed.count() - 1)))

    # What is laid over the face

    def choose_overlay(self, name: str) -> None:
        """Lay this over the face: one of OVERLAYS."""
        self.overlay.setCurrentIndex(OVERLAYS.index(name))

    def show_field(self, measurement: Measurement | None, why_none: str = "") -> None:
        """The measurement whose strain can be laid over the face, or why there is none."""
        self._heat.pop("strain", None)
        self._missing["strain"] = why_none
        if measurement is not None:
            strain = measurement.field.strain
            self._heat["strain"] = _Heat(strain, 0.0, max(float(strain.max()), _LEAST_STRAIN), measurement, _STRAIN)
        self._paint_overlay("strain")

    def show_attention(self, answer: Prediction | None, measurement: Measurement | None) -> None:
        """The answer whose attention can be laid over the face, and the measurement it was asked about."""
        self._heat.pop("attention", None)
        if answer is not None and measurement is not None:
            # Where it looks more than elsewhere: the map's own least and most are the scale's ends.
            least, most = float(answer.attention.min()), float(answer.attention.max())
            self._heat["attention"] = _Heat(answer.attention - least, least, most, measurement, _ATTENTION)
        self._paint_overlay("attention")

    def show_no_attention(self, why: str) -> None:
        """Why there is no answer whose attention could be laid over the face."""
        self._missing["attention"] = why
        self._paint_overlay("attention")

    def show_face(self, alignment: Alignment | None, *, outline: bool, regions: bool) -> None:
        """Draw where the face was found, and its regions."""
        marks = self.view.faces
        marks.outline = marks.landmarks = None
        marks.regions = {}
        if alignment is not None and outline:
            from app.player.overlays import crop_corners

            marks.outline, marks.landmarks = crop_corners(alignment), alignment.landmarks
        if alignment is not None and regions and alignment.landmarks is not None:
            from mer_core.faces.regions import region_outlines

            marks.show_regions(region_outlines(alignment.landmarks))
        self.view.update()

    @property
    def chosen_overlay(self) -> str:
        """The one of OVERLAYS that is chosen."""
        return OVERLAYS[self.overlay.currentIndex()]

    def show_look(self, name: str, overlay: Overlay | None) -> None:
        """Lay one of LOOKS over the face if it is the one chosen."""
        if name == self.chosen_overlay:
            self.view.show_overlay(overlay)

    def _overlay_changed(self, row: int) -> None:
        for name, slider in self.strengths.items():
            slider.setVisible(name == OVERLAYS[row])
        self.opacity.setVisible(OVERLAYS[row] not in LOOKS)
        self.opacity.setEnabled(OVERLAYS[row] != "none")
        self._paint_overlay(OVERLAYS[row])
        self.overlay_chosen.emit(OVERLAYS[row])

    def _paint_overlay(self, name: str) -> None:
        """Paint it if it is the one chosen."""
        if name == self.chosen_overlay:
            why = "" if name in self._heat else self._missing.get(name, "")
            self.view.show_note("heat", f"{name}: {why[:1].lower()}{why[1:]}" if why else "")
            from app.player.overlays import heat_overlay

            overlay = None
            self.heat_scale.setVisible(name in self._heat)
            if name in self._heat:
                heat = self._heat[name]
                self._heat_at_end = heat.measurement.ends_nearer(self._media.index)
                place = heat.measurement.place(at_end=self._heat_at_end)
                overlay = heat_overlay(heat.above, heat.most - heat.least, place)
                self.heat_scale.show_range(name, heat.least, heat.most, heat.meaning)
            self.view.show_overlay(overlay)

    def _carry_overlay(self, index: int) -> None:
        """A map goes along with the head, as far as is known where it is."""
        heat = self._heat.get(self.chosen_overlay)
        if heat is not None and heat.measurement.ends_nearer(index) != self._heat_at_end:
            self._paint_overlay(self.chosen_overlay)

    # Moving through the clip

    def _scrub(self, index: int) -> None:
        self.playback.pause()
        self._media.seek(index)

    def _go_to_number(self, number: int) -> None:
        if self._media.clip is None:
            return
        try:
            self._media.seek(self._media.clip.index_of(number))
        except ClipError as error:
            self.problem.emit(str(error))
            self._show_position(self._media.index)

    def _show_opened(self) -> None:
        clip = self._media.clip
        if clip is None:
            return
        with QSignalBlocker(self.frame_box):
            self.frame_box.setRange(clip.numbers[0], clip.numbers[-1])
        facts = f"{clip.fps:g} frames a second, {clip.width} × {clip.height} pixels"
        self._position.setToolTip("\n".join((facts, *clip.remarks)))
        self.frame_box.setEnabled(True)
        self.timeline.set_clip(clip.numbers, clip.times)
        self.gap_sign.show_gaps(clip)

    def _show_closed(self) -> None:
        self._heat.clear()
        self.view.show_note("heat", "")
        self.heat_scale.hide()
        self.timeline.set_clip((), ())
        self.gap_sign.show_gaps(None)
        self.view.show_overlay(None)
        self.show_face(None, outline=False, regions=False)
        self.frame_box.setEnabled(False)
        with QSignalBlocker(self.frame_box):
            self.frame_box.setRange(0, 0)
        self._position.setText("")
        self.say("Choose a clip from the list, or open one.")

    def _show_loaded(self) -> None:
        if self._media.buffer is not None:
            self.timeline.set_loaded(*self._media.buffer.span())

    def _show_frame(self, index: int) -> None:
        self.view.show_frame(self._media.image)
        self._carry_overlay(index)
        self.timeline.set_index(index)
        if not self.playback.playing or time.monotonic() - self._position_told > _READABLE:
            self._show_position(index)

    def _show_playing(self, playing: bool) -> None:
        self.playback.refresh_rate = max(24.0, self.screen().refreshRate())
        if not playing and self._media.clip is not None:
            self._show_position(self._media.index)
        backwards = self.playback.direction < 0
        self.play_button.setIcon(icon("pause" if playing and not backwards else "play"))
        self.back_button.setIcon(icon("pause" if playing and backwards else "play-backwards"))

    def _show_pace(self, pace: Pace | None) -> None:
        clip = self._media.clip
        self.pace_label.setText(pace.text(clip.fps) if pace and clip else "")

    def _show_position(self, index: int) -> None:
        clip = self._media.clip
        if clip is None:
            return
        self._position_told = time.monotonic()
        with QSignalBlocker(self.frame_box):
            self.frame_box.setValue(clip.numbers[index])
        self._position.setText(f"{index + 1}/{len(clip)} · {_time(float(clip.times[index]))}")


def _time(seconds: float) -> str:
    """Milliseconds, and before them minutes where there are any."""
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)} min {rest:.3f} s" if minutes else f"{rest * 1000:.0f} ms"


def _strength(value: int, tip: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(1, 20)
    slider.setValue(value)
    slider.setFixedWidth(60)
    slider.setToolTip(tip)
    slider.setAccessibleName(tip)
    slider.hide()
    return slider


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return button

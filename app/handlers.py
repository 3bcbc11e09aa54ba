"""What each action of the window does, by its id; those of a feature of its own are connected where it lives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from app.player.player import OVERLAYS

if TYPE_CHECKING:
    from app.main_window import MainWindow


def handlers(window: MainWindow) -> dict[str, Callable[[], object]]:
    """Id → what is called when it is triggered."""
    desk, media, asking = window.desk, window.desk.media, window.asking
    view, playback = window.player.view, window.player.playback

    def manual(move: Callable[[], object]) -> Callable[[], None]:
        """A move by hand ends playing."""

        def act() -> None:
            playback.pause()
            move()

        return act

    return {
        "open_clip": asking.for_videos,
        "open_frames": asking.for_frames,
        "new_project": asking.for_new_project,
        "open_project": asking.for_project,
        "open_sample": window.open_sample,
        "close_project": desk.session.close_project,
        "quit": window.quit,
        "undo": desk.session.undo_stack.undo,
        "redo": desk.session.undo_stack.redo,
        "clip_properties": asking.for_clip_properties,
        "remove_clip": desk.session.remove_shown_clip,
        "zoom_in": lambda: view.zoom_by(1.25),
        "zoom_out": lambda: view.zoom_by(0.8),
        "zoom_fit": view.fit,
        "zoom_actual": view.show_actual_size,
        **{f"overlay_{name}": partial(window.player.choose_overlay, name) for name in OVERLAYS},
        "loop": window.set_loop,
        "previous_frame": manual(lambda: media.step(-1)),
        "next_frame": manual(lambda: media.step(1)),
        "back_10": manual(lambda: media.step(-10)),
        "forward_10": manual(lambda: media.step(10)),
        "first_frame": manual(lambda: media.seek(0)),
        "last_frame": manual(lambda: media.seek(media.frames - 1)),
        "previous_clip": lambda: window.clip_list.step(-1),
        "next_clip": lambda: window.clip_list.step(1),
        "mark_onset": manual(lambda: desk.mark_here("onset")),
        "mark_apex": manual(lambda: desk.mark_here("apex")),
        "mark_offset": manual(lambda: desk.mark_here("offset")),
        "previous_mark": manual(lambda: desk.go_to_mark(-1)),
        "next_mark": manual(lambda: desk.go_to_mark(1)),
        "retrain": asking.for_training,
        "stop_training": desk.trainer.stop,
        "cancel_training": desk.trainer.cancel,
        "model_card": asking.show_card,
        "keys": asking.show_keys,
        "about": asking.show_about,
        **{f"theme_{name}": partial(window.choose_theme, name) for name in window.themes},
    }

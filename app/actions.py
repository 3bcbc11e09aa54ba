"""Every action of the window, once: menus, toolbar, keys and the list of keys are all built from this table."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QToolBar

from app.theme import icon


@dataclass(frozen=True)
class Spec:
    """One action. `group`: checkable actions of which one is on. `toolbar`: also a button there."""

    id: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    checkable: bool = False
    group: str = ""
    toolbar: bool = False
    separated: bool = False  # a line above it


MENUS = ("File", "Edit", "View", "Play", "Mark", "Model", "Help")

# One line a row, as a table is read.
# ruff: noqa: E501
ACTIONS = (
    Spec("open_clip", "File", "Open clip…", ("Ctrl+O",), "file-video", "Open videos and add them to the project", toolbar=True),
    Spec("open_frames", "File", "Open folder of frames…", ("Ctrl+Shift+O",), "images", "Open a clip that is a folder of frames, one file each", toolbar=True),
    Spec("new_project", "File", "New project…", ("Ctrl+N",), "folder-plus", separated=True),
    Spec("open_project", "File", "Open project…", ("Ctrl+Shift+P",), "folder-open"),
    Spec("open_sample", "File", "Open the sample project", (), "sparkles"),
    Spec("import_data", "File", "Import data set…", ("Ctrl+Shift+I",), "folder", "Clips and labels of a published data set, or of your own folders and tables", separated=True),
    Spec("import_reports", "File", "Import reports…"),
    Spec("locate", "File", "Locate missing clips…", tip="Find all clips of a folder that was moved"),
    Spec("export", "File", "Export…", ("Ctrl+E",), "", "The coding, frames, figures or the whole project, for others", separated=True),
    Spec("feature_file", "File", "Feature file…", (), "", "Measure the labelled clips, and write what a recogniser learns from"),
    Spec("read_coding", "File", "Read a coding…", (), "", "Take back a coding that was exported: JSON, CSV, ELAN, BORIS"),
    Spec("open_packed", "File", "Open packed project…", (), "", "A project that was packed into one file"),
    Spec("close_project", "File", "Close project", separated=True),
    Spec("quit", "File", "Quit", ("Ctrl+Q",), separated=True),
    Spec("undo", "Edit", "Undo", ("Ctrl+Z",), "undo-2", toolbar=True),
    Spec("redo", "Edit", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo-2", toolbar=True),
    Spec("clip_properties", "Edit", "Subject and frame rate…", ("F2",), "user", separated=True),
    Spec("remove_clip", "Edit", "Remove clip from project", (), "trash-2"),
    Spec("zoom_in", "View", "Zoom in", ("Ctrl++", "Ctrl+="), "zoom-in"),
    Spec("zoom_out", "View", "Zoom out", ("Ctrl+-",), "zoom-out"),
    Spec("zoom_fit", "View", "Fit the frame", ("Ctrl+0",), "maximize"),
    Spec("zoom_actual", "View", "Actual size", ("Ctrl+1",)),
    Spec("overlay_none", "View", "No overlay", ("Alt+1",), checkable=True, group="overlay", separated=True),
    Spec("overlay_attention", "View", "Attention over the face", ("Alt+2",), "brain", checkable=True, group="overlay"),
    Spec("overlay_strain", "View", "Strain over the face", ("Alt+3",), "activity", checkable=True, group="overlay"),
    Spec("overlay_magnified", "View", "Magnified motion", ("Alt+5",), "zoom-in", "The face with its motion since the onset enlarged: for the eye only", checkable=True, group="overlay"),
    Spec("overlay_difference", "View", "Difference to the onset", ("Alt+6",), "", "What has become brighter or darker since the onset", checkable=True, group="overlay"),
    Spec("flicker", "View", "Flicker onset and apex while held", ("B",), "eye", "Onset and apex by turns for as long as the key is held"),
    Spec("face", "View", "Outline of the face", ("Alt+4",), "scan-face", "Show where the face was found", checkable=True, separated=True),
    Spec("regions", "View", "Regions of the face", ("Alt+7",), "", "Draw the regions whose motion is measured", checkable=True),
    Spec("pick_face", "View", "Whose face?", ("Alt+8",), "user", "Draw a box around each face found: click the one to measure", checkable=True, separated=True),
    Spec("largest_face", "View", "Measure the largest face", checkable=True),
    Spec("whole_frame", "View", "Measure the whole frame, not a face", checkable=True),
    Spec("theme_system", "View", "Colours of the system", checkable=True, group="theme", separated=True),
    Spec("theme_light", "View", "Light", checkable=True, group="theme"),
    Spec("theme_dark", "View", "Dark", checkable=True, group="theme"),
    Spec("play", "Play", "Play / pause", ("Space",), "play"),
    Spec("play_backwards", "Play", "Play backwards / pause", ("Shift+Space",), "play-backwards"),
    Spec("every_frame", "Play", "Every frame, however slow", ("E",), tip="Show each frame, in place of passing frames over to keep to the time", checkable=True),
    Spec("loop", "Play", "Loop onset to offset", ("L",), "repeat", "Play between the marks, over and over", checkable=True),
    Spec("slower", "Play", "Slower", ("-",)),
    Spec("faster", "Play", "Faster", ("+", "=")),
    Spec("previous_frame", "Play", "Previous frame", ("Left", ","), "step-back", separated=True),
    Spec("next_frame", "Play", "Next frame", ("Right", "."), "step-forward"),
    Spec("back_10", "Play", "10 frames back", ("Shift+Left",)),
    Spec("forward_10", "Play", "10 frames on", ("Shift+Right",)),
    Spec("first_frame", "Play", "First frame", ("Home",), "chevron-first"),
    Spec("last_frame", "Play", "Last frame", ("End",), "chevron-last"),
    Spec("previous_clip", "Play", "Previous clip", ("PgUp",), separated=True),
    Spec("next_clip", "Play", "Next clip", ("PgDown",)),
    Spec("mark_onset", "Mark", "Onset here", ("O",), tip="The movement starts in this frame"),
    Spec("mark_apex", "Mark", "Apex here", ("A",), tip="The movement is strongest in this frame"),
    Spec("mark_offset", "Mark", "Offset here", ("F",), tip="The movement has ended in this frame"),
    Spec("accept_suggestion", "Mark", "Accept suggestion", ("Return", "Enter"), "circle-check", "Set the marks shown hollow", separated=True),
    Spec("refuse_suggestion", "Mark", "Refuse suggestion", ("Del",), "x", "Have the marks shown hollow suggested no more"),
    Spec("previous_movement", "Mark", "Previous movement", ("Shift+N",), tip="Go to the movement found before this frame"),
    Spec("next_movement", "Mark", "Next movement", ("N",), tip="Go to the movement found after this frame"),
    Spec("suggest_again", "Mark", "Suggest marks again", (), "refresh-cw", "Forget what was accepted or refused in this clip where no mark is set now, and suggest it anew"),
    Spec("suggest_marks", "Mark", "Suggest marks", (), "sparkles", "Look for movements and show where marks may belong", checkable=True),
    Spec("previous_mark", "Mark", "Go to previous mark", ("Ctrl+Left",), separated=True),
    Spec("next_mark", "Mark", "Go to next mark", ("Ctrl+Right",)),
    Spec("retrain", "Model", "Retrain…", ("Ctrl+R",), "refresh-cw", "Train a model on the project's labels", toolbar=True),
    Spec("stop_training", "Model", "Stop training, keep the model"),
    Spec("cancel_training", "Model", "Cancel training, delete the run"),
    Spec("model_card", "Model", "Model card…", ("Ctrl+I",), "id-card", "What the model was trained on and how well it does", separated=True),
    Spec("keys", "Help", "Keys…", ("F1",), "keyboard"),
    Spec("about", "Help", "About MER Studio"),
)  # fmt: skip


class Actions:
    """The table as QActions of a window, to be connected by id."""

    def __init__(self, window: QMainWindow) -> None:
        self._actions: dict[str, QAction] = {}
        self.menus: dict[str, QMenu] = {}
        groups: dict[str, QActionGroup] = {}
        for name in MENUS:
            menu = QMenu(f"&{name}", window)
            menu.setToolTipsVisible(True)
            window.menuBar().addMenu(menu)
            self.menus[name] = menu
        self.toolbar = QToolBar("Tools", window)
        self.toolbar.setObjectName("tools")
        self.toolbar.setMovable(False)
        self.toolbar.setIconSize(QSize(18, 18))
        self.toolbar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        window.addToolBar(self.toolbar)
        for spec in ACTIONS:
            action = self._action(spec, window)
            if spec.group:
                group = groups.setdefault(spec.group, QActionGroup(window))
                group.addAction(action)
            if spec.separated:
                self.menus[spec.menu].addSeparator()
            self.menus[spec.menu].addAction(action)
            if spec.toolbar:
                self.toolbar.addAction(action)

    def _action(self, spec: Spec, window: QMainWindow) -> QAction:
        action = QAction(spec.text, window)
        action.setIconText(
            spec.text.rstrip("…")
        )  # on the toolbar; the menu's text may say more, such as what is undone
        action.setObjectName(spec.id)
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        action.setCheckable(spec.checkable)
        if spec.icon:
            action.setIcon(icon(spec.icon))
            action.setIconVisibleInMenu(not spec.checkable)  # there a tick says whether it is on
        keys = f"  ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})" if spec.keys else ""
        action.setToolTip(f"{spec.tip or spec.text.rstrip('…')}{keys}")
        self._actions[spec.id] = action
        return action

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def connect(self, handlers: dict[str, Callable[[], object]]) -> None:
        """Have each action call its handler when triggered."""
        for action_id, handler in handlers.items():
            self._actions[action_id].triggered.connect(lambda _=False, handler=handler: handler())

    def enable(self, ids: tuple[str, ...], enabled: bool) -> None:
        """Switch several actions on or off."""
        for action_id in ids:
            self._actions[action_id].setEnabled(enabled)

"""The two buttons under a dialog that asks before something is done."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton


def deciding_buttons(dialog: QDialog, text: str) -> tuple[QDialogButtonBox, QPushButton]:
    """A row of *Cancel* and the button called `text`, which accepts the dialog, also by Enter; and that button."""
    row = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    accept = QPushButton(text)
    accept.setDefault(True)
    row.addButton(accept, QDialogButtonBox.ButtonRole.AcceptRole)
    row.accepted.connect(dialog.accept)
    row.rejected.connect(dialog.reject)
    return row, accept

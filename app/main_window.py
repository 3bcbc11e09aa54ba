"""The window: builds the docks and menus and ties them to what is open. No computing here."""




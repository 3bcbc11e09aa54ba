"""Methods, one a module: METHOD says what it is and how it is judged. Heavy imports wait until it is."""

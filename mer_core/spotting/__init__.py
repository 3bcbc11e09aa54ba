"""Where in a clip the face moves: its motion curve, and suggested onset, apex and offset."""

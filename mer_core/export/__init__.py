"""The coding, features, pictures and whole projects in files that others can read; and read back from them."""

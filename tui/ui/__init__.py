"""The Textual side of orlop: the only package that imports textual and rich."""

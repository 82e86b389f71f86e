"""The version that presence, metrics and the API tell; pyproject.toml says the same (a test holds the two together)."""

VERSION = "0.1.0"

"""Backups of what must not be lost, each proven before it counts, and their way back. Used by `mine`, never by a service."""

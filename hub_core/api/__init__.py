"""The hub over HTTP: REST under /v1, described by OpenAPI 3.1."""

from .app import create

__all__ = ["create"]

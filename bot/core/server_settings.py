"""The blocks storage, server, api, sandbox, sending and conversation of config.yaml."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, SecretStr, field_validator

from bot.core.model import StrictModel
from bot.core.service_settings import Duration

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class StorageSettings(StrictModel):
    """Where the rows are."""

    url: str = "sqlite:///data/huitouke.db"

    @field_validator("url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://")):
            raise ValueError("要以 sqlite:/// 或 postgresql:// 开头")
        return value


class ServerSettings(StrictModel):
    """Where the program listens."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    admin_token: SecretStr = SecretStr("")


class ApiSettings(StrictModel):
    """The order API; without a secret it does not exist."""

    secret: SecretStr = SecretStr("")


class SandboxSettings(StrictModel):
    """The channel without a platform."""

    enabled: bool = False
    pieces: bool = False


class SendingSettings(StrictModel):
    """How sending behaves."""

    undo: Duration = timedelta(seconds=5)
    attempts: int = Field(default=6, ge=1, le=20)
    first_backoff: Duration = timedelta(seconds=5)


class ConversationSettings(StrictModel):
    """How talking behaves."""

    silence: Duration = timedelta(seconds=2)
    take_over: Duration = timedelta(minutes=30)

"""The base of every configuration model: nothing unknown, nothing changed later."""

from pydantic import BaseModel, ConfigDict


class StrictModel(BaseModel):
    """Frozen; an unknown key is an error with its path."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

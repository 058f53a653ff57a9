"""The model in a process of its own, so that its crash, its kill or what it prints cannot touch the window.

`RemoteEngine` is the chat's side; `python -m sahayok_tui.engine_process` is the model's side.
"""

from sahayok_tui.engine_process.remote import EngineEvent, EngineLost, Loading, Lost, ModelChoice, Ready, RemoteEngine

__all__ = ["EngineEvent", "EngineLost", "Loading", "Lost", "ModelChoice", "Ready", "RemoteEngine"]

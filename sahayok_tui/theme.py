"""The colours: warm and low, on a dark ground. Each stays apart from its ground on a terminal of 16 colours too."""

from textual.theme import Theme

THEME = Theme(
    name="sahayok",
    dark=True,
    background="#191613",
    surface="#231f1b",
    panel="#231f1b",
    foreground="#ede4d8",
    primary="#e0a458",
    secondary="#7fb3a2",
    accent="#e0a458",
    success="#8fbf8f",
    warning="#e0a458",
    error="#d98f7a",
    variables={
        "quiet": "#a3978a",
        "rule": "#5c534a",
        "input-cursor-background": "#e0a458",
        "input-cursor-foreground": "#191613",
        "input-selection-background": "#5c534a",
    },
)

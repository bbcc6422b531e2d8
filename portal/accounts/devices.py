"""What a browser says of itself, in words that its owner knows it by."""

import re

#: The first that is found holds: those before are made by those after.
SYSTEMS = (
    ("HarmonyOS", "鸿蒙"), ("Android", "安卓"), ("iPhone", "苹果手机"), ("iPad", "苹果平板"),
    ("Windows NT 6.1", "Windows 7"), ("Windows", "Windows"), ("Macintosh", "苹果电脑"),
    ("Linux", "Linux"),
)  # fmt: skip
BROWSERS = (
    ("MicroMessenger", "微信"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)  # fmt: skip


def device_in_words(agent: str) -> str:
    """System and browser, as `Windows　Chrome 131`; what says neither is shown as it came."""
    system = next((title for mark, title in SYSTEMS if mark in agent), "")
    browser = next(
        (
            f"{title} {found[1]}" if (found := re.search(rf"{mark}\w*/(\d+)", agent)) else title
            for mark, title in BROWSERS
            if mark in agent
        ),
        "",
    )
    return "　".join(filter(None, [system, browser])) or agent

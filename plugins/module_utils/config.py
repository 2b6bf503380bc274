# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where credentials and defaults come from: options, environment, profile, built-in default."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .problem import Problem

ZONE = re.compile(r"^[a-z]{2}-[a-z]{3}-[0-9]+$")
ZONES = (
    "fr-par-1",
    "fr-par-2",
    "nl-ams-1",
    "nl-ams-2",
    "nl-ams-3",
    "pl-waw-1",
    "pl-waw-2",
    "pl-waw-3",
)
"""The zones that have load balancers (reference, 1)."""

MAX_API_TIMEOUT = 3600
"""The maximum of api_timeout, in seconds."""

# Option -> (environment variable, key in the Scaleway configuration file, built-in default).
# The names are those of the official SDKs and the scw command line.
SOURCES: dict[str, tuple[str, str, str | None]] = {
    "access_key": ("SCW_ACCESS_KEY", "access_key", None),
    "secret_key": ("SCW_SECRET_KEY", "secret_key", None),
    "project_id": ("SCW_DEFAULT_PROJECT_ID", "default_project_id", None),
    "organization_id": ("SCW_DEFAULT_ORGANIZATION_ID", "default_organization_id", None),
    "zone": ("SCW_DEFAULT_ZONE", "default_zone", "fr-par-1"),
    "api_url": ("SCW_API_URL", "api_url", "https://api.scaleway.com"),
}

ARGUMENTS: dict[str, dict[str, Any]] = {
    **{option: {"type": "str", "no_log": option == "secret_key"} for option in SOURCES},
    "profile": {"type": "str"},
    "config_path": {"type": "path"},
    "validate_certs": {"type": "bool"},
    "api_timeout": {"type": "int", "default": 30},
}


@dataclass(frozen=True)
class Config:
    """How to access one zone of the API with one account. `api_timeout` is in seconds."""

    secret_key: str
    zone: str
    api_url: str
    access_key: str | None = None
    project_id: str | None = None
    organization_id: str | None = None
    validate_certs: bool = True
    api_timeout: int = 30
    zone_given: bool = False
    """The zone was set by an option, so an ID from another zone contradicts it."""

    @property
    def secrets(self) -> set[str]:
        """What must not be shown: the key, and a password in the URL."""
        return {self.secret_key, urlsplit(self.api_url).password or self.secret_key}


def read(options: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> Config:
    """Determine every value: option, else environment, else profile, else built-in default.

    Raises Problem if a value is missing or invalid, naming where to set it.
    """
    environment = os.environ if environment is None else environment
    profile = _profile(options, environment)
    values: dict[str, str | None] = {}
    for option, (variable, key, default) in SOURCES.items():
        chosen = options.get(option) or environment.get(variable) or profile.get(key) or default
        values[option] = str(chosen).strip() if chosen else None

    if not values["secret_key"]:
        raise Problem(
            "No secret key: give the option secret_key, set SCW_SECRET_KEY in the environment, "
            "or name a profile of the Scaleway configuration file."
        )
    if not values["secret_key"].isascii() or not values["secret_key"].isprintable():
        raise Problem(
            "The secret key holds a line break or a character that cannot be sent: "
            "it is a UUID, such as 11111111-2222-4333-8444-555555555555."
        )
    if not ZONE.match(values["zone"]):
        raise Problem(
            f"zone: {values['zone']!r} is not a zone. A zone is a region and a number, "
            "such as fr-par-1, nl-ams-1 or pl-waw-1."
        )
    if not values["api_url"].startswith(("https://", "http://")):
        raise Problem(f"api_url: {values['api_url']!r} does not begin with https:// or http://.")
    if not _names_host(values["api_url"]):
        raise Problem(
            f"api_url: {values['api_url']!r} names no host, or an impossible one. A URL is "
            "such as https://api.scaleway.com."
        )
    api_timeout = options.get("api_timeout")
    if api_timeout is None:
        api_timeout = ARGUMENTS["api_timeout"]["default"]
    if not 1 <= api_timeout <= MAX_API_TIMEOUT:
        raise Problem(f"api_timeout: {api_timeout} is not between 1 and {MAX_API_TIMEOUT} seconds.")
    return Config(
        **{**values, "api_url": values["api_url"].rstrip("/")},
        validate_certs=_validate_certs(options, environment, profile),
        api_timeout=api_timeout,
        zone_given=bool(options.get("zone")),
    )


def zones(words: Iterable[str]) -> list[str]:
    """The zones that the words stand for: `all`, a region (all of its zones), or a zone.

    Unknown zones are accepted as they are. Raises Problem for any other word.
    """
    meant: list[str] = []
    for word in words:
        found = [zone for zone in ZONES if word in ("all", zone, zone.rpartition("-")[0])]
        if not found and not ZONE.match(word):
            raise Problem(
                f"zones: {word!r} is neither a zone nor a region. Known are {', '.join(ZONES)}; "
                "a region such as fr-par means its zones, and all means every one."
            )
        meant += [zone for zone in found or [word] if zone not in meant]
    return meant


def _names_host(url: str) -> bool:
    """True if the URL's host and port are possible ones."""
    try:
        parts = urlsplit(url)
        labels = (parts.hostname or "").removesuffix(".").split(".")
        return parts.port != 0 and all(0 < len(label) < 64 for label in labels)
    except ValueError:
        return False


def _validate_certs(options: Mapping, environment: Mapping, profile: Mapping) -> bool:
    if options.get("validate_certs") is not None:
        return options["validate_certs"]
    insecure = environment.get("SCW_INSECURE") or profile.get("insecure") or False
    return str(insecure).lower() not in ("1", "true", "yes", "on")


def _profile(options: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """The selected profile of the configuration file, merged over the file's top level."""
    asked = options.get("profile") or environment.get("SCW_PROFILE")
    path = _config_path(options, environment)
    if path is None:
        if asked:
            raise Problem(f"profile {asked!r}: there is no Scaleway configuration file to read.")
        return {}
    content = _load(path)
    profiles = content.get("profiles") or {}
    name = asked or content.get("active_profile") or "default"
    if name in profiles:
        return {**content, **profiles[name]}
    if name != "default":
        raise Problem(
            f"profile {name!r} is not in {path}; it holds: {', '.join(['default', *profiles])}."
        )
    return content


def _config_path(options: Mapping[str, Any], environment: Mapping[str, str]) -> str | None:
    given = options.get("config_path") or environment.get("SCW_CONFIG_PATH")
    if given:
        path = os.path.expanduser(given)
        if not os.path.isfile(path):
            raise Problem(f"config_path: {path} is not a file.")
        return path
    if environment.get("XDG_CONFIG_HOME"):
        folder = os.path.join(environment["XDG_CONFIG_HOME"], "scw")
    elif environment.get("HOME"):
        folder = os.path.join(environment["HOME"], ".config", "scw")
    else:
        return None
    paths = (os.path.join(folder, name) for name in ("config.yaml", "config.yml"))
    return next(filter(os.path.isfile, paths), None)


def _load(path: str) -> dict[str, Any]:
    try:
        import yaml
    except ImportError as error:
        raise Problem(f"Reading {path} needs the Python package PyYAML: {error}.") from error
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        # The parser quotes the offending line, which may contain a key: name only its number.
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise Problem(f"{path} is not valid YAML{where}.") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise Problem(f"{path} is not a Scaleway configuration file: it holds no keys.")
    return content

# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Who is asking, and which part of the account is meant."""

    DOCUMENTATION = r"""
options:
  access_key:
    description:
      - The access key, which identifies the API key. The API does not need it; it helps to tell
        keys apart.
      - Defaults to E(SCW_ACCESS_KEY), then to the profile.
    type: str
  secret_key:
    description:
      - The secret key, which authenticates every request.
      - Defaults to E(SCW_SECRET_KEY), then to the profile. It must be set in one of these three
        places.
    type: str
  project_id:
    description:
      - The project that new objects belong to, and that load balancers, IP addresses and
        subscribers are looked up in.
      - Defaults to E(SCW_DEFAULT_PROJECT_ID), then to the profile.
    type: str
  organization_id:
    description:
      - The organization that new objects belong to if there is no O(project_id).
      - Defaults to E(SCW_DEFAULT_ORGANIZATION_ID), then to the profile.
    type: str
  zone:
    description:
      - The zone of the objects, such as V(fr-par-1), V(nl-ams-1) or V(pl-waw-1).
      - Defaults to E(SCW_DEFAULT_ZONE), then to the profile, then to V(fr-par-1).
      - An ID that includes its zone (V(fr-par-2/11111111-2222-4333-8444-555555555555)) selects that
        zone, too.
    type: str
  api_url:
    description:
      - The base URL of the API.
      - Defaults to E(SCW_API_URL), then to the profile, then to V(https://api.scaleway.com).
    type: str
  profile:
    description:
      - The profile of the Scaleway configuration file to read values from.
      - Defaults to E(SCW_PROFILE), then to the C(active_profile) of that file.
    type: str
  config_path:
    description:
      - The path of the Scaleway configuration file.
      - Defaults to E(SCW_CONFIG_PATH), then to C(~/.config/scw/config.yaml).
    type: path
  validate_certs:
    description:
      - Whether to verify the TLS certificate of the API.
      - Defaults to V(true), unless E(SCW_INSECURE) or C(insecure) in the profile says otherwise.
    type: bool
  api_timeout:
    description: How many seconds to wait for a connection, and for each part of the answer, from 1
      to 3600.
    type: int
    default: 30
requirements:
  - requests >= 2.28
notes:
  - Each value is taken from the option, then from the environment, then from the profile, then from
    the built-in default. The names are those that the other Scaleway tools use.
seealso:
  - name: Load Balancer API
    description: The reference of the API that this module uses.
    link: https://www.scaleway.com/en/developers/api/load-balancer/zoned-api/
"""

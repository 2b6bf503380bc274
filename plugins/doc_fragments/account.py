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
      - The access key, which names the API key. Not needed by the API; it helps to tell keys
        apart.
      - Taken from E(SCW_ACCESS_KEY) or the profile where it is left out.
    type: str
  secret_key:
    description:
      - The secret key, which authenticates every request.
      - Taken from E(SCW_SECRET_KEY) or the profile where it is left out. One of the three must
        have it.
    type: str
  project_id:
    description:
      - The project that new objects belong to, and in which load balancers, IP addresses and
        subscribers are searched.
      - Taken from E(SCW_DEFAULT_PROJECT_ID) or the profile where it is left out.
    type: str
  organization_id:
    description:
      - The organization that new objects belong to where there is no O(project_id).
      - Taken from E(SCW_DEFAULT_ORGANIZATION_ID) or the profile where it is left out.
    type: str
  zone:
    description:
      - The zone in which the objects are, such as V(fr-par-1), V(nl-ams-1) or V(pl-waw-1).
      - Taken from E(SCW_DEFAULT_ZONE) or the profile where it is left out, and V(fr-par-1) at
        last.
      - An ID that carries its zone (V(fr-par-2/11111111-2222-4333-8444-555555555555)) chooses it
        too.
    type: str
  api_url:
    description:
      - The base address of the API.
      - Taken from E(SCW_API_URL) or the profile where it is left out, and
        V(https://api.scaleway.com) at last.
    type: str
  profile:
    description:
      - The profile of the Scaleway configuration file to take values from.
      - Taken from E(SCW_PROFILE) where it is left out, and then from the C(active_profile) of
        that file.
    type: str
  config_path:
    description:
      - The Scaleway configuration file.
      - Taken from E(SCW_CONFIG_PATH) where it is left out, and C(~/.config/scw/config.yaml) at
        last.
    type: path
  validate_certs:
    description:
      - Whether the certificate of the API itself must be valid.
      - Left out, it must, unless E(SCW_INSECURE) or C(insecure) in the profile says otherwise.
    type: bool
  api_timeout:
    description: How many seconds one request may take, from 1 to 3600.
    type: int
    default: 30
requirements:
  - requests >= 2.28
notes:
  - Every value is looked for in the options, then in the environment, then in the profile, and is
    the built-in default at last. The names are those that the other Scaleway tools use.
seealso:
  - name: Load Balancer API
    description: The reference of the API behind this module.
    link: https://www.scaleway.com/en/developers/api/load-balancer/zoned-api/
"""

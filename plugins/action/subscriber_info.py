# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ..plugin_utils.plugin import plugin

ActionModule = plugin(__name__)
main = ActionModule.main

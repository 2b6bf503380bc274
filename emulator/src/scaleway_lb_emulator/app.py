"""The application: the API below /lb/v1, the emulator's own calls, the console."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.routing import Mount

from . import openapi
from .console.pages import console
from .contracts import CertificateAuthority, DataPlane
from .control import control
from .endpoint import Endpoint, Surroundings
from .operations import OPERATIONS, govern
from .paths import Paths
from .responses import explain_in_json
from .settings import Settings
from .world import World


def create_app(
    settings: Settings, data_plane: DataPlane, authority: CertificateAuthority
) -> FastAPI:
    """The emulator's application. Start its `state.world` once an event loop is running."""
    world = World(settings, data_plane, authority)
    govern(world)
    around = Surroundings(world)
    app = FastAPIOffline(
        title="Scaleway Load Balancer emulator",
        redoc_url=None,
        static_url="/docs/files",
        swagger_ui_parameters={"persistAuthorization": True, "docExpansion": "none"},
        description="The zoned API and the deprecated regional one. What the emulator can be asked "
        "about itself is at [/_emulator/docs](/_emulator/docs).",
    )
    app.state.world = world
    app.include_router(console(world))
    app.mount("/_emulator", control(world, around.journal, around.faults))
    app.router.routes.insert(0, Mount("/lb/v1", api(around)))
    app.openapi = lambda: openapi.document(app)
    explain_in_json(app)
    return app


def api(around: Surroundings) -> Paths:
    """Every operation, at its zoned and its regional path."""
    paths = Paths()
    for operation in OPERATIONS:
        endpoint = Endpoint(operation, around)
        if operation.zoned:
            paths.add(operation.method, f"zones/{{zone}}{operation.path}", endpoint)
        if operation.regional:
            paths.add(operation.method, f"regions/{{region}}{operation.path}", endpoint)
    return paths

"""The control plane in process, on the zoned and on the regional path."""

import pytest
from asgi import Api

ZONED, REGIONAL = "zones/fr-par-1", "regions/fr-par"


@pytest.fixture(params=[ZONED, REGIONAL], ids=["zoned", "regional"])
def api(request):
    """The API at time scale 0: everything is ready at the next request."""
    api = Api(request.param)
    yield api
    api.close()


@pytest.fixture
def zoned():
    """Like `api`, on the zoned path only."""
    api = Api(ZONED)
    yield api
    api.close()


@pytest.fixture(params=[ZONED, REGIONAL], ids=["zoned", "regional"])
def paced(request):
    """The API at the cloud's own pace; a test moves its clock."""
    api = Api(request.param, time_scale=1.0)
    yield api
    api.close()

"""The filters: what they make of objects of the API."""

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.scaleway_community.lb.plugins.filter import literal_yaml as literal
from ansible_collections.scaleway_community.lb.plugins.filter import table as source
from ansible_collections.scaleway_community.lb.plugins.filter.table import table

BACKENDS = [
    {"name": "web", "forward_port": 80, "lb": {"name": "web"}, "pool": ["10.0.0.1", "10.0.0.2"]},
    {"name": "api", "forward_port": 8080, "lb": {"name": "web"}, "pool": []},
]
COLUMNS = {"load balancer": "lb.name", "backend": "name", "port": "forward_port", "servers": "pool"}


def test_a_table_lines_up_text_at_the_left_and_numbers_at_the_right():
    assert table(BACKENDS, COLUMNS) == [
        "load balancer  backend  port  servers",
        "web            web        80  10.0.0.1, 10.0.0.2",
        "web            api      8080  -",
    ]


def test_the_documented_table_is_the_one_that_is_made():
    sample = yaml.safe_load(source.RETURN)["_value"]["sample"]
    assert table(BACKENDS[:1], COLUMNS) == sample


def test_what_could_be_a_template_is_written_as_unsafe_and_a_variable_is_not():
    certificate = {"name": "{{ b }}", "custom_certificate": {"bundle": "{{ c | default(omit) }}"}}
    texts = [
        "{{ a }}",
        "{% a",
        "{# 'a'",
        "#jinja2: a:b\n(( c ))",
        "plain",
        "{ }",
        "a\x85b",
        1,
        None,
    ]
    declaration = {"texts": texts, "certificates": [certificate]}
    marked = []

    class Loader(yaml.SafeLoader):
        """Reads as Ansible does, and notes what it would not take for a template."""

    Loader.add_constructor("!unsafe", lambda _, node: marked.append(node.value) or node.value)
    assert yaml.load(literal.literal_yaml(declaration), Loader) == declaration
    assert marked == [*texts[:4], "{{ b }}"]


def test_the_documented_yaml_is_the_one_that_is_made():
    sample = yaml.safe_load(literal.RETURN)["_value"]["sample"]
    declaration = {"load_balancer": {"name": "web", "description": "made for {{ nobody }}"}}
    assert literal.literal_yaml(declaration) == sample


def test_a_table_of_nothing_is_its_titles():
    assert table([], {"name": "name", "port": "port"}) == ["name  port"]


def test_a_cell_is_one_line_and_what_is_missing_a_dash():
    rows = [{"name": "a\n  b", "port": None}, {"name": "", "port": 80}, {"name": "c"}]
    assert table(rows, {"name": "name", "port": "port", "lb": "lb.name"}) == [
        "name  port  lb",
        "a b      -  -",
        "-       80  -",
        "c        -  -",
    ]


@pytest.mark.parametrize(
    ("rows", "columns"), [([], {}), ([], ["name"]), ({}, COLUMNS), (["web"], COLUMNS)]
)
def test_what_cannot_be_a_table_is_refused(rows, columns):
    with pytest.raises(AnsibleFilterError, match=r"^table: "):
        table(rows, columns)

"""The word by which a service sees that its connection carries something, and others that it lives."""

from services.shared.messages import ping_filter, ping_topic, service_of_ping


def test_a_ping_names_its_service_and_nothing_else_does() -> None:
    topic = ping_topic("iowa", "collector-1f2e-33")
    assert topic == "mine/1/iowa/ping/collector-1f2e-33" and ping_filter("iowa") == "mine/1/iowa/ping/+"
    assert service_of_ping(topic) == "collector"
    assert [service_of_ping(one) for one in ("", "collector-1", "mine/1/iowa/state/collector-1")] == ["", "", ""]

"""What carries the traffic: HAProxy, rendered whole from the state."""

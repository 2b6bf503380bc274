"""What carries the traffic: HAProxy, configured as a whole from the state."""

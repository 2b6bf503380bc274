"""Where certificates come from: a real ACME server, or an authority of our own."""

"""The console: a page for people, which shows the load balancers and changes nothing."""

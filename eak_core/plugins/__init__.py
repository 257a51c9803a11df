"""The plugin host: what plugins declare, which are on for a service, and how they are asked."""

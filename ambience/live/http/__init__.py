"""The web door: page, JSON, WebSockets, sound."""

"""Serving: the front that stamps arrivals, the application behind it, and what must hold before either starts."""

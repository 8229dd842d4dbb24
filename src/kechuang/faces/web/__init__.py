"""Web: pages, by who looks at them."""

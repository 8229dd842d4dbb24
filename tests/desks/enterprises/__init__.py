"""The desk that keeps what is known of enterprises."""

"""Flow: states and acts; plan one act, audit a whole flow."""

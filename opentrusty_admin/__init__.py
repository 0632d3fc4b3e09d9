"""The Admin Plane: the control plane over HTTP."""

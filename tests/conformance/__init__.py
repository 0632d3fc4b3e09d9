"""The OpenID Foundation's certification plans for providers, module by module, as far as their profiles are ours."""

"""Small named modules that know no room: clock, language of an address, names of hosts, limits. No models, no views."""

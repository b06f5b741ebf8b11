"""What the Makefile and the build run; not part of the installed program."""

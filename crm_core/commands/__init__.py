"""The commands of `python -m crm_core`, a module each: `add_arguments(parser)` and `run(arguments) -> int`."""

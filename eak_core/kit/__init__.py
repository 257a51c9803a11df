"""What serves the authors of plugins, and no running site: a distribution to begin with, what is
written and checked for them, the reference, and `eak_core.kit.testing`, the kit for their tests.

Commands import it when they are called; an import contract keeps the rest of the core from it.
"""

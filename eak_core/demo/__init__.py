"""The demonstration: invented services, people and ideas that lived through the domain functions.

So it produces events like real life does, in the order in which things would have happened.
"""

from eak_core.demo.added import add
from eak_core.demo.content import PASSWORD, Content, SignIn, content, sign_ins
from eak_core.demo.demonstration import Demo
from eak_core.demo.stage import load

__all__ = ["PASSWORD", "Content", "Demo", "SignIn", "add", "content", "load", "sign_ins"]

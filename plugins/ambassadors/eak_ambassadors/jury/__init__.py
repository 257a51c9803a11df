"""The jury: who may sit in it, and the lot that anybody can draw again."""

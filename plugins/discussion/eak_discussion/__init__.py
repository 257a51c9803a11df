"""Threaded comments on ideas, each for, neutral or against."""

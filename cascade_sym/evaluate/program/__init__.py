"""Passes from one program to another: cheaper forms, gradients, error bounds."""

"""Tests of the backlog: scripted histories for the rules, a real Valkey for the numbers."""

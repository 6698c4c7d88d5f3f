"""Taking spreadsheets in: an upload is kept encrypted in a table of the service's own, and a job reads it and keeps its rows, once.

A service says how one of its sheets is read and kept (`running.Intake`); `uploads` receives and gives back, `tables` and `schemas` are what an
upload looks like in the database and on the wire.
"""

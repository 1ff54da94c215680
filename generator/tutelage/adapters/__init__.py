"""The environment and the judge in the forms that trainers call: `trl`, `verifiers` (v1) and `verl`.

A consumer is imported when its adapter is used and not before: `import tutelage.adapters.trl` needs no TRL.
"""

"""The stages of the pipeline: each a function from the alarms to those that go on, or to what is said of them."""

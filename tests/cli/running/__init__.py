"""All of Newswire on one machine: what `newswire up` is made from."""

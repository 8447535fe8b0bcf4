"""One verb a file, readable aloud: accept, deliver, pull, receive, poll, tell clients, seal, replay."""

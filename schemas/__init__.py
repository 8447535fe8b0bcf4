"""The shared document schemas of Liên Thông (JSON Schema 2020-12), shipped as package data.

`<noun>/v<N>.json` describes one kind of document, `common/` what several kinds share, `<noun>/examples/` what is right
and what is wrong, each wrong one with the error it must give. Read them through `hub.domain.schemas`.
"""

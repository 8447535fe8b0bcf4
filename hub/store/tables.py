"""All tables on one page. Times are milliseconds since 1970 (UTC); documents are JSON text."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(column_0_label)s",
    }
)

# A 64-bit number that counts by itself on both databases (SQLite counts only INTEGER PRIMARY KEY).
Counter = BigInteger().with_variant(Integer, "sqlite")

# Text in the order of bytes on both databases.
InBytes = Text().with_variant(Text(collation="C"), "postgresql")

# Any normalised document: what the hub holds to be true.
record = Table(
    "record",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("claims", Text, nullable=False),  # what each source says; see hub.domain.merge
    Column("digest", Text, nullable=False),
    Column("complete", Boolean, nullable=False),  # false: only events so far
    Column("origin", Text, nullable=False),  # the source that first told of it
    Column("agency", InBytes, nullable=False, server_default=""),  # lists jump from one to the next below a prefix
    Column("status", Text, nullable=False, server_default=""),
    Column("procedure", Text, nullable=False, server_default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    UniqueConstraint("kind", "key"),
    Index("ix_record_kind_agency_key_status", "kind", "agency", "key", "status"),  # the last one: filters by both
    Index("ix_record_kind_status_key_agency", "kind", "status", "key", "agency"),  # read the index alone
)

# Every new version, append-only; the change feed reads it in the order (transaction_id, sequence).
# transaction_id: see `Store.transaction_id`; 0 on SQLite, whose writers are one after another.
change = Table(
    "change",
    metadata,
    Column("sequence", Counter, primary_key=True, autoincrement=True),
    Column("transaction_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("word", Text, nullable=False),  # created | updated
    Column("source", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("events", Text, nullable=False),  # keys of the events that are new in this version
    Column("at", BigInteger, nullable=False),
    Index("ix_change_transaction_id_sequence", "transaction_id", "sequence"),
)

# "This channel must come to hold this record": the outbox and the queue.
delivery = Table(
    "delivery",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("wanted_version", Integer, nullable=False),
    Column("acknowledged_version", Integer),
    Column("acknowledged", Text, nullable=False, server_default="{}"),  # the connector's memo
    Column("reference", Text),  # the partner's own reference
    Column("state", Text, nullable=False),  # waiting | delivered | parked
    Column("uncertain", Boolean, nullable=False, server_default=text("false")),  # tried, and not settled since
    Column("due_at", BigInteger, nullable=False),
    Column("waiting_since", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),  # tries since the last success or change
    Column("fence", BigInteger, nullable=False, server_default="0"),
    Column("lease_owner", Text),
    Column("lease_until", BigInteger),
    Column("reason", Text),
    Column("code", Text),
    Column("detail", Text),
    Column("updated_at", BigInteger, nullable=False),
    Column("source", Text, nullable=False, server_default=""),  # whose change made it wait: sources take turns
    UniqueConstraint("kind", "key", "channel"),  # in this order it also finds all deliveries of a record
    Index(
        "ix_delivery_due",
        "channel",
        "due_at",
        postgresql_where=text("state = 'waiting'"),
        sqlite_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_delivery_turn",
        "channel",
        "source",
        "due_at",
        postgresql_where=text("state = 'waiting'"),
        sqlite_where=text("state = 'waiting'"),
    ),
    Index(  # what somebody has in hand, or had when it died: never more than workers can hold
        "ix_delivery_lease",
        "channel",
        "lease_until",
        postgresql_where=text("state = 'waiting' AND lease_until IS NOT NULL"),
        sqlite_where=text("state = 'waiting' AND lease_until IS NOT NULL"),
    ),
    Index(
        "ix_delivery_age",
        "channel",
        "waiting_since",
        postgresql_where=text("state = 'waiting'"),
        sqlite_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_delivery_parked",
        "channel",
        "reason",
        "id",
        postgresql_where=text("state = 'parked'"),
        sqlite_where=text("state = 'parked'"),
    ),
    sqlite_autoincrement=True,  # a number that is given again, after a channel was removed, would be an old one's
)

# One try of one delivery. On PostgreSQL attempt, exchange and item are divided by `at`: see hub.store.partitions.
attempt = Table(
    "attempt",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("delivery_id", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("action", Text, nullable=False),  # push | recall
    Column("version", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("code", Text),
    Column("detail", Text),
    Column("exchange_id", BigInteger),
    Column("worker", Text, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_attempt_delivery_id_id", "delivery_id", "id"),
)

# What went out and came back, masked; shared by the attempts of one batch.
exchange = Table(
    "exchange",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("channel", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# What a partner gave us, raw, as received: evidence.
item = Table(
    "item",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("channel", Text, nullable=False),
    Column("way", Text, nullable=False),  # pulled | polled | received
    Column("external_id", Text),
    Column("payload", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("word", Text, nullable=False),  # accepted | duplicate | refused
    Column("problem", Text),
    Column("record", Text),  # kind/key it became
    Column("at", BigInteger, nullable=False),
    Index("ix_item_channel_id", "channel", "id"),
)

channel = Table(
    "channel",
    metadata,
    Column("name", Text, primary_key=True),
    Column("connector", Text, nullable=False),
    Column("settings", Text, nullable=False),  # secrets are references or encrypted
    Column("routing", Text, nullable=False, server_default="{}"),
    Column("politeness", Text, nullable=False, server_default="{}"),
    Column("paused", Boolean, nullable=False, server_default=text("false")),
    Column("paused_why", Text),
    Column("cursor", Text),
    Column("pulled_at", BigInteger),
    Column("breaker", Text, nullable=False, server_default="{}"),
    Column("health", Text, nullable=False, server_default="{}"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("updated_at", BigInteger, nullable=False),
)

client = Table(
    "client",
    metadata,
    Column("name", Text, primary_key=True),
    Column("title", Text, nullable=False, server_default=""),
    Column("scopes", Text, nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", BigInteger, nullable=False),
)

client_key = Table(
    "client_key",
    metadata,
    Column("id", Text, primary_key=True),  # the public half
    Column("client", Text, nullable=False, index=True),
    Column("hash", Text, nullable=False),  # SHA-256 of the secret half
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
)

webhook = Table(
    "webhook",
    metadata,
    Column("client", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("secrets", Text, nullable=False),  # encrypted; two during rotation
    Column("cursor", Text, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("due_at", BigInteger, nullable=False),
    Column("paused", Boolean, nullable=False, server_default=text("false")),
    Column("detail", Text),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("client", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    PrimaryKeyConstraint("client", "key"),
)

# Files that came embedded in documents, kept once by content.
attachment = Table(
    "attachment",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# Hash-chained evidence: one entry tells what one transaction did; `seal` chains entries in the feed's order.
ledger = Table(
    "ledger",
    metadata,
    Column("sequence", Counter, primary_key=True, autoincrement=True),
    Column("transaction_id", BigInteger, nullable=False),
    Column("what", Text, nullable=False),  # accepted | settled | received | operated
    Column("actor", Text, nullable=False),
    Column("content", Text, nullable=False),  # JSON lines, no personal data
    Column("at", BigInteger, nullable=False),
    Column("position", BigInteger, unique=True),  # null until sealed
    Column("hash", Text),
    Index(
        "ix_ledger_unsealed",
        "transaction_id",
        "sequence",
        postgresql_where=text("position IS NULL"),
        sqlite_where=text("position IS NULL"),
    ),
)

# Rows that only one process may hold at a time (the rota of periodic work).
duty = Table(
    "duty",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("fence", BigInteger, nullable=False, server_default="0"),
)

# Facts about this database itself: which life it is in (epoch), how far the folding of the feed has come.
hub_state = Table(
    "hub_state",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

# The print of each record (hub.sdk.digests), folded from the change feed: what other hubs compare by ranges of keys.
# Narrow, and in the order of bytes on both databases, so that a range is one short scan and means the same everywhere.
imprint = Table(
    "imprint",
    metadata,
    Column("kind", InBytes, nullable=False),
    Column("key", InBytes, nullable=False),
    Column("agency", Text, nullable=False),
    Column("low", BigInteger, nullable=False),
    Column("high", BigInteger, nullable=False),
    PrimaryKeyConstraint("kind", "key"),
    sqlite_with_rowid=False,
)

# The last change of each source, folded from the change feed: what a publisher must send again after a restore.
high_water = Table(
    "high_water",
    metadata,
    Column("source", Text, primary_key=True),
    Column("transaction_id", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("resend_at", BigInteger),  # set by a restore, null once the publisher has sent again what came after it
)

namespace PatchOps.Adapters.Store;

/// <summary>Journal, leases and audit: a file of their own, so that a long import never blocks a wave.</summary>
internal static class JournalSchema
{
    public static IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE journal(
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL UNIQUE,
            plan TEXT NOT NULL,
            wave INTEGER NOT NULL,
            asset TEXT,
            step TEXT NOT NULL,
            phase INTEGER NOT NULL,
            outcome TEXT,
            at INTEGER NOT NULL,
            token INTEGER NOT NULL,
            detail TEXT);
        CREATE INDEX journal_by_wave ON journal(plan, wave, sequence);
        CREATE TABLE lease(
            resource TEXT PRIMARY KEY,
            owner TEXT NOT NULL,
            token INTEGER NOT NULL,
            expires INTEGER NOT NULL);
        CREATE TABLE control(
            resource TEXT PRIMARY KEY,
            wish TEXT NOT NULL,
            actor TEXT NOT NULL,
            at INTEGER NOT NULL);
        CREATE TABLE audit(
            sequence INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            at TEXT NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL,
            payload TEXT,
            payload_hash TEXT NOT NULL,
            previous_hash TEXT NOT NULL,
            hash TEXT NOT NULL);
        """,
        """
        CREATE TABLE outbox(
            no INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            hash TEXT NOT NULL,
            state INTEGER NOT NULL,
            next INTEGER,
            claimed_by TEXT,
            claimed_until INTEGER,
            doc TEXT NOT NULL);
        CREATE INDEX outbox_by_time ON outbox(state, next);
        """,
    ];
}

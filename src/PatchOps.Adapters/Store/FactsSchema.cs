namespace PatchOps.Adapters.Store;

/// <summary>Schema of the facts file. Times are UTC milliseconds since 1970; days are days since 1970; CVE numbers are year × 10⁸ + sequence.</summary>
internal static class FactsSchema
{
    public static IReadOnlyList<string> Migrations { get; } =
    [
        """
        CREATE TABLE document(
            no INTEGER PRIMARY KEY,
            feed TEXT NOT NULL,
            source TEXT NOT NULL,
            imported INTEGER NOT NULL,
            added INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            unchanged INTEGER NOT NULL,
            rejected INTEGER NOT NULL);

        CREATE TABLE asset(
            no INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            source TEXT,
            stub INTEGER NOT NULL,
            retired INTEGER,
            doc TEXT NOT NULL);
        CREATE TABLE asset_name(
            name TEXT PRIMARY KEY COLLATE NOCASE,
            asset INTEGER NOT NULL REFERENCES asset(no)) WITHOUT ROWID;
        CREATE TABLE history(
            no INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            at INTEGER NOT NULL,
            change TEXT NOT NULL,
            before TEXT);
        CREATE INDEX history_by_id ON history(kind, id);

        CREATE TABLE package(
            no INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            version TEXT NOT NULL,
            ecosystem TEXT NOT NULL,
            architecture TEXT NOT NULL,
            source TEXT NOT NULL,
            UNIQUE(name, version, ecosystem, architecture, source));
        CREATE TABLE installed(
            asset INTEGER NOT NULL,
            package INTEGER NOT NULL,
            PRIMARY KEY(asset, package)) WITHOUT ROWID;
        CREATE TABLE pending(
            asset INTEGER NOT NULL,
            package TEXT NOT NULL,
            doc TEXT NOT NULL,
            PRIMARY KEY(asset, package)) WITHOUT ROWID;

        CREATE TABLE problem(id TEXT PRIMARY KEY, doc TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE change(id TEXT PRIMARY KEY, doc TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE incident(
            no INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            opened INTEGER NOT NULL,
            resolved INTEGER,
            asset INTEGER,
            category TEXT,
            priority TEXT,
            problem TEXT,
            caused_by TEXT,
            description TEXT);
        CREATE INDEX incident_by_time ON incident(opened);
        CREATE TABLE deployment(
            no INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            patch TEXT NOT NULL,
            asset INTEGER NOT NULL,
            started INTEGER NOT NULL,
            ended INTEGER,
            outcome INTEGER NOT NULL,
            problem TEXT,
            change TEXT);
        CREATE INDEX deployment_by_time ON deployment(started);

        CREATE TABLE vulnerability(no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
        CREATE TABLE vulnerability_name(
            name TEXT PRIMARY KEY COLLATE NOCASE,
            vulnerability INTEGER NOT NULL REFERENCES vulnerability(no)) WITHOUT ROWID;
        CREATE TABLE statement(
            no INTEGER PRIMARY KEY,
            source TEXT NOT NULL,
            key TEXT NOT NULL,
            vulnerability INTEGER NOT NULL,
            trust INTEGER NOT NULL,
            as_of INTEGER NOT NULL,
            in_force INTEGER NOT NULL,
            hash BLOB NOT NULL,
            doc TEXT NOT NULL,
            UNIQUE(source, key));
        CREATE INDEX statement_by_vulnerability ON statement(vulnerability);
        CREATE TABLE affected(
            name TEXT NOT NULL,
            ecosystem TEXT NOT NULL,
            statement INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            doc TEXT NOT NULL,
            PRIMARY KEY(name, ecosystem, statement, ordinal)) WITHOUT ROWID;
        CREATE INDEX affected_by_statement ON affected(statement);
        CREATE TABLE cpe_match(
            statement INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            node INTEGER NOT NULL,
            vulnerable INTEGER NOT NULL,
            criteria TEXT NOT NULL,
            low TEXT,
            low_included INTEGER NOT NULL,
            high TEXT,
            high_included INTEGER NOT NULL,
            PRIMARY KEY(statement, ordinal)) WITHOUT ROWID;
        CREATE TABLE advisory(
            source TEXT NOT NULL,
            key TEXT NOT NULL,
            id TEXT NOT NULL,
            as_of INTEGER NOT NULL,
            in_force INTEGER NOT NULL,
            hash BLOB NOT NULL,
            doc TEXT NOT NULL,
            PRIMARY KEY(source, key)) WITHOUT ROWID;
        CREATE TABLE patch(
            id TEXT NOT NULL,
            source TEXT NOT NULL,
            key TEXT NOT NULL,
            doc TEXT NOT NULL,
            PRIMARY KEY(id, source, key)) WITHOUT ROWID;
        CREATE TABLE offered(
            source TEXT NOT NULL,
            key TEXT NOT NULL,
            name TEXT NOT NULL,
            doc TEXT NOT NULL,
            PRIMARY KEY(source, key)) WITHOUT ROWID;
        CREATE TABLE kev(
            cve TEXT PRIMARY KEY COLLATE NOCASE,
            added INTEGER NOT NULL,
            due INTEGER,
            ransomware INTEGER NOT NULL,
            removed INTEGER,
            doc TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE epss_day(day INTEGER PRIMARY KEY, model TEXT);
        CREATE TABLE epss(
            cve INTEGER NOT NULL,
            day INTEGER NOT NULL,
            probability REAL,
            percentile REAL,
            PRIMARY KEY(cve, day)) WITHOUT ROWID;

        CREATE TABLE verdict(
            no INTEGER PRIMARY KEY,
            problem TEXT NOT NULL,
            at INTEGER NOT NULL,
            doc TEXT NOT NULL);
        CREATE INDEX verdict_by_problem ON verdict(problem, at);

        CREATE TABLE plan(
            id TEXT PRIMARY KEY,
            hash TEXT NOT NULL,
            name TEXT NOT NULL,
            created INTEGER NOT NULL,
            doc TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE patch_exception(
            id TEXT PRIMARY KEY,
            created INTEGER NOT NULL,
            doc TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE approval(
            no INTEGER PRIMARY KEY,
            plan_hash TEXT NOT NULL,
            doc TEXT NOT NULL);
        CREATE INDEX approval_by_plan ON approval(plan_hash);
        """,
        """
        ALTER TABLE package RENAME TO package_1;
        CREATE TABLE package(
            no INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            version TEXT NOT NULL,
            ecosystem TEXT NOT NULL,
            architecture TEXT NOT NULL,
            source TEXT NOT NULL,
            source_version TEXT NOT NULL,
            cpe TEXT NOT NULL,
            UNIQUE(name, version, ecosystem, architecture, source, source_version, cpe));
        INSERT INTO package(no, name, version, ecosystem, architecture, source, source_version, cpe) SELECT no, name, version, ecosystem, architecture, source, '', '' FROM package_1;
        DROP TABLE package_1;
        """,
        """
        -- Assets whose package manager has said what it would update.
        CREATE TABLE answered(asset INTEGER PRIMARY KEY, at INTEGER NOT NULL);
        CREATE INDEX offered_by_name ON offered(name);

        -- Which configurations name a product (part:vendor:product): a way to find them, judged again by their matches.
        CREATE TABLE cpe_product(product TEXT NOT NULL, statement INTEGER NOT NULL, PRIMARY KEY(product, statement)) WITHOUT ROWID;
        INSERT OR IGNORE INTO cpe_product(product, statement)
            SELECT lower(replace(substr(text, 1, 2) || substr(rest, 1, vendor + instr(substr(rest, vendor + 1), ':') - 1), char(1), '\:')), statement
            FROM (SELECT statement, text, substr(text, 3) AS rest, instr(substr(text, 3), ':') AS vendor
                FROM (SELECT statement, substr(replace(criteria, '\:', char(1)), 9) AS text FROM cpe_match WHERE ordinal>=0 AND vulnerable=1));

        CREATE TABLE scan(
            scanner TEXT NOT NULL,
            asset INTEGER NOT NULL,
            taken INTEGER NOT NULL,
            source TEXT NOT NULL,
            PRIMARY KEY(scanner, asset)) WITHOUT ROWID;
        CREATE TABLE finding(
            no INTEGER PRIMARY KEY,
            asset INTEGER NOT NULL,
            scanner TEXT NOT NULL,
            package TEXT NOT NULL,
            version TEXT NOT NULL,
            vulnerability TEXT NOT NULL,
            opened INTEGER NOT NULL,
            closed INTEGER,
            doc TEXT NOT NULL);
        CREATE UNIQUE INDEX finding_open ON finding(asset, scanner, package, version, vulnerability) WHERE closed IS NULL;
        CREATE TABLE maintenance_window(
            name TEXT NOT NULL COLLATE NOCASE,
            ordinal INTEGER NOT NULL,
            source TEXT NOT NULL,
            doc TEXT NOT NULL,
            PRIMARY KEY(name, ordinal)) WITHOUT ROWID;
        CREATE TABLE feed_cursor(
            feed TEXT NOT NULL,
            address TEXT NOT NULL,
            doc TEXT NOT NULL,
            PRIMARY KEY(feed, address)) WITHOUT ROWID;

        CREATE TABLE incident_flag(incident TEXT PRIMARY KEY, at INTEGER NOT NULL, doc TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE incident_link(incident TEXT PRIMARY KEY, problem TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE problem_edit(
            problem TEXT NOT NULL,
            field TEXT NOT NULL,
            value TEXT,
            base TEXT,
            PRIMARY KEY(problem, field)) WITHOUT ROWID;
        CREATE TABLE problem_log(no INTEGER PRIMARY KEY, problem TEXT NOT NULL, at INTEGER NOT NULL, doc TEXT NOT NULL);
        CREATE INDEX problem_log_by_problem ON problem_log(problem);
        CREATE TABLE problem_outcome(problem TEXT PRIMARY KEY, doc TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE investigation(id TEXT PRIMARY KEY, opened INTEGER NOT NULL, doc TEXT NOT NULL) WITHOUT ROWID;
        """,
        """
        -- A configuration tree stands beside its statement; rows of cpe_match are those of earlier versions, and are still read.
        ALTER TABLE statement ADD COLUMN cpe BLOB;
        -- The newest document that said the same; null where that is the fact's own date.
        ALTER TABLE statement ADD COLUMN seen INTEGER;
        -- Which document listed a package of a repository, and when last: what a newer copy no longer lists is no longer on offer.
        ALTER TABLE offered ADD COLUMN document TEXT;
        ALTER TABLE offered ADD COLUMN listed INTEGER;
        """,
    ];
}

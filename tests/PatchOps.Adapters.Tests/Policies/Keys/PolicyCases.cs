using static PatchOps.Adapters.Tests.Policies.Keys.PolicyView;

namespace PatchOps.Adapters.Tests.Policies.Keys;

/// <summary>A change of each key, with what must be set beside it for the change to matter.</summary>
internal static class PolicyCases
{
    private const string Root = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", OtherRoot = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    private const string Till = "{ tags: [till] }", Nobody = "{ tags: [nobody] }";

    public static IReadOnlyList<PolicyCase> All { get; } = [.. Content(), .. Planning(), .. Rules(), .. PolicyStackCases.All, .. Steps(), .. Conduct(), .. Approvals(), .. Notifications(), .. Problems(), .. Others()];

    private static IEnumerable<PolicyCase> Content()
    {
        PolicyCase Filter(string key, string rest, string before, string after, PolicyView view = PolicyView.Exposure) => new($"content.filters[].{key}", $"content: {{ filters: [{{ {rest} }}] }}", before, after, view);
        yield return Filter("name", "name: $, packages: [bash]", "shells", "terminals");
        yield return Filter("packages", "name: f, packages: [$]", "bash", "zsh");
        yield return Filter("patches", "name: f, patches: [$]", "'deb:third/*'", "'deb:fourth/*'") with { Template = "content: { filters: [{ name: f, patches: [$], alsoSecurity: true }] }" };
        yield return Filter("kinds", "name: f, kinds: [$], alsoSecurity: true", "enhancement", "drivers");
        yield return Filter("origins", "name: f, origins: [$]", "'*-backports*'", "'*-proposed*'");
        yield return Filter("alsoSecurity", "name: f, packages: [third], alsoSecurity: $", "false", "true");
        yield return Filter("for", "name: f, packages: [bash], for: $", "{ tags: [desk] }", Nobody);
        yield return Filter("because", "name: f, packages: [bash], because: $", "one reason", "another");
    }

    private static IEnumerable<PolicyCase> Planning()
    {
        PolicyCase Key(string key, string before, string after, string beside = "", PolicyView view = Plan) => new($"planning.{key}", $"planning: {{ {key}: ${(beside.Length == 0 ? "" : ", " + beside)} }}", before, after, view);
        yield return Key("defaultWindow", "'daily 22:00-05:00'", "'daily 01:00-03:00'");
        yield return Key("windows", "{ night: 'daily 22:00-05:00' }", "{ night: 'daily 02:00-04:00' }");
        yield return Key("soak", "12:00:00", "1.12:00:00");
        yield return Key("bake", "02:00:00", "1.02:00:00");
        yield return Key("canaryShare", "0.05", "0.5");
        yield return Key("pilotShare", "0.2", "0.7");
        yield return Key("maxConcurrent", "50", "1");
        yield return Key("maxConcurrentPerTeam", "20", "1");
        yield return Key("maxConcurrentPerSite", "20", "1");
        yield return Key("maxConcurrentPerSegment", "20", "1");
        yield return Key("defaultMedian", "00:10:00", "00:20:00");
        yield return Key("defaultNinetiethPercentile", "00:30:00", "01:00:00");
        yield return Key("durationSamples", "5", "500");
        yield return Key("latenessFactor", "1", "7");
        yield return Key("maxFailures", "5", "2");
        yield return Key("maxFailurePercent", "20", "30");
        yield return Key("detectionWindow", "00:05:00", "00:15:00");
        yield return Key("probeGrace", "00:01:00", "00:02:00", "probes: [{ kind: Tcp, target: 443 }]");
        yield return Key("approverRole", "ChangeManager", "Board");
        yield return Key("emergencyRole", "EmergencyApprover", "Duty", view: Emergency);
        yield return Key("approvalQuorum", "1", "2");
        yield return Key("roles", "{ ChangeManager: [ann] }", "{ ChangeManager: [bob] }", view: Approve);
        yield return Key("ownPlans", "true", "false", view: Approve);
        yield return new("planning.notices.ahead", "planning: { notices: { ahead: $ } }", "1.00:00:00", "2.00:00:00", Plan);
        yield return new("planning.notices.recipients", "planning: { notices: { recipients: { Shop: [$] } } }", "a@example.org", "b@example.org", Plan);
        // How a selector selects.
        const string Frozen = "planning: { freezes: [{ name: close, when: 2026-11-02..2026-11-30, for: { $ } }] }";
        yield return new("(selector).teams", Frozen, "teams: [web]", "teams: [mail]", Plan);
        yield return new("(selector).sites", Frozen, "sites: [north]", "sites: [south]", Plan);
        yield return new("(selector).networkSegments", Frozen, "networkSegments: [dmz]", "networkSegments: [lan]", Plan);
        yield return new("(selector).hosting", Frozen, "hosting: [OnPremises]", "hosting: [Cloud]", Plan);
        yield return new("(selector).environments", Frozen, "environments: [Production]", "environments: [Test]", Plan);
        yield return new("(selector).tags", Frozen, "tags: [till]", "tags: [desk]", Plan);
        yield return new("(selector).businessUnits", Frozen, "businessUnits: [Shop]", "businessUnits: [Bank]", Plan);
    }

    private static IEnumerable<PolicyCase> Rules()
    {
        PolicyCase Freeze(string key, string rest, string before, string after) => new($"planning.freezes[].{key}", $"planning: {{ freezes: [{{ {rest} }}] }}", before, after, Plan);
        yield return Freeze("name", "name: $, when: 2026-11-02..2026-12-30", "close", "stocktaking");
        yield return Freeze("when", "name: close, when: $", "2026-11-02..2026-11-03", "2026-11-02..2026-11-05");
        yield return Freeze("timeZone", "name: close, when: 2026-11-02..2026-11-04, timeZone: $", "UTC", "Pacific/Auckland");
        yield return Freeze("for", "name: close, when: 2026-11-02..2026-11-05, for: $", Till, Nobody);
        PolicyCase Probe(string key, string rest, string before, string after) => new($"planning.probes[].{key}", $"planning: {{ probes: [{{ {rest} }}] }}", before, after, Plan);
        yield return Probe("kind", "kind: $, target: 443", "Tcp", "Service");
        yield return Probe("target", "kind: Tcp, target: $", "443", "8443");
        yield return Probe("packages", "kind: Tcp, target: 443, packages: [$]", "demo", "other");
        yield return Probe("for", "kind: Tcp, target: 443, for: $", Till, Nobody);
        PolicyCase Test(string key, string rest, string before, string after) => new($"planning.tests[].{key}", $"planning: {{ tests: [{{ {rest} }}] }}", before, after, Plan);
        yield return Test("name", "name: $, kind: Command, target: 'true'", "login", "logout");
        yield return Test("kind", "name: login, kind: $, target: 443", "Tcp", "Service");
        yield return Test("target", "name: login, kind: Tcp, target: $", "443", "8443");
        yield return Test("problem", "name: login, kind: Tcp, target: 443, problem: $", "PRB1", "PRB2");
        yield return Test("packages", "name: login, kind: Tcp, target: 443, packages: [$]", "demo", "other");
        yield return Test("for", "name: login, kind: Tcp, target: 443, for: $", Till, Nobody);
    }

    private static IEnumerable<PolicyCase> Steps()
    {
        PolicyCase Quiesce(string key, string rest, string before, string after) => new($"planning.quiesce[].{key}", $"planning: {{ quiesce: [{{ {rest} }}] }}", before, after, Plan);
        yield return Quiesce("name", "name: $, take: [t], putBack: [p]", "jobs", "mails");
        yield return Quiesce("take", "name: jobs, take: [$], putBack: [p]", "stop", "pause");
        yield return Quiesce("putBack", "name: jobs, take: [t], putBack: [$]", "start", "resume");
        yield return Quiesce("evacuates", "name: jobs, take: [t], putBack: [p], evacuates: $", "false", "true");
        yield return Quiesce("perGuest", "name: jobs, take: [t], putBack: [p], evacuates: true, perGuest: $", "00:01:00", "00:20:00");
        yield return Quiesce("for", "name: jobs, take: [t], putBack: [p], for: $", Till, Nobody);
        foreach (var (key, before, after) in new[] { ("name", "lvm", "zfs"), ("take", "[t]", "[t, '{id}']"), ("list", "[l]", "[ls]"), ("restore", "[r]", "[r, '{id}']"), ("remove", "[d]", "[rm]"), ("for", Till, Nobody) })
        {
            var rest = new Dictionary<string, string> { ["name"] = "lvm", ["take"] = "[t]", ["list"] = "[l]", ["restore"] = "[r]", ["remove"] = "[d]", ["for"] = Till, [key] = "$" };
            yield return new($"planning.snapshots[].{key}", $"planning: {{ snapshots: [{{ {string.Join(", ", rest.Select(r => $"{r.Key}: {r.Value}"))} }}] }}", before, after, Plan);
        }
        PolicyCase Backup(string key, string rest, string before, string after) => new($"planning.backups[].{key}", $"planning: {{ backups: [{{ {rest} }}] }}", before, after, Plan);
        yield return Backup("name", "name: $, marker: /m", "nightly", "weekly");
        yield return Backup("marker", "name: nightly, marker: $", "/a", "/b");
        yield return Backup("maxAge", "name: nightly, marker: /m, maxAge: $", "12:00:00", "1.00:00:00");
        yield return Backup("schedule", "name: nightly, marker: /m, maxAge: 01:00:00, schedule: $", "'daily 21:00-22:30'", "'daily 03:00-04:00'");
        yield return Backup("for", "name: nightly, marker: /m, for: $", Till, Nobody);
    }

    private static IEnumerable<PolicyCase> Conduct()
    {
        PolicyCase Key(string key, string before, string after, string beside = "") => new($"planning.conduct.{key}", $"planning: {{ {(beside.Contains("snapshots", StringComparison.Ordinal) ? beside + ", " : "")}conduct: {{ {key}: ${(beside.Length == 0 || beside.Contains("snapshots", StringComparison.Ordinal) ? "" : ", " + beside)} }} }}", before, after, Plan);
        yield return Key("onHalt", "RollBackFailed", "Pause");
        yield return Key("onGate", "Pause", "Stop");
        yield return Key("onConsecutive", "Pause", "Stop");
        yield return Key("stepTimeLimit", "01:00:00", "02:00:00");
        yield return Key("lockWait", "00:01:00", "00:05:00");
        yield return Key("maxConsecutiveFailures", "2", "3");
        yield return Key("rollback", "PreviousVersion", "Snapshot", "snapshots: [{ name: lvm, take: [t], list: [l], restore: [r], remove: [d] }]");
        yield return Key("confirmWithin", "00:10:00", "00:20:00");
        yield return Key("confirmFor", Till, Nobody, "confirmWithin: 00:10:00");
        yield return Key("snapshotRetention", "7.00:00:00", "1.00:00:00");
        PolicyCase Gate(string key, string rest, string before, string after) => new($"planning.conduct.gates[].{key}", $"planning: {{ conduct: {{ gates: [{{ {rest} }}] }} }}", before, after, Plan);
        yield return Gate("name", "name: $, kind: Http, target: 'http://example.org'", "shop", "till");
        yield return Gate("kind", "name: shop, kind: $, target: 'http://example.org up => above 0'", "Http", "Prometheus");
        yield return Gate("target", "name: shop, kind: Http, target: $", "'http://example.org'", "'http://example.com'");
        PolicyCase Canary(string key, string rest, string before, string after) => new($"planning.conduct.canary.{key}", $"planning: {{ conduct: {{ canary: {{ {rest} }} }} }}", before, after, Plan);
        yield return Canary("server", "server: $, metrics: [{ name: errors, query: up }]", "'http://a:9090'", "'http://b:9090'");
        yield return Canary("level", "server: 'http://a:9090', level: $, metrics: [{ name: errors, query: up }]", "0.02", "0.05");
        yield return Canary("metrics[].name", "server: 'http://a:9090', metrics: [{ name: $, query: up }]", "errors", "faults");
        yield return Canary("metrics[].query", "server: 'http://a:9090', metrics: [{ name: errors, query: $ }]", "up", "down");
        yield return Canary("metrics[].harmful", "server: 'http://a:9090', metrics: [{ name: errors, query: up, harmful: $ }]", "Higher", "Lower");
        foreach (var check in new[] { "pendingRestart", "integrity", "drift" }) yield return new($"planning.conduct.preChecks.{check}", $"planning: {{ conduct: {{ preChecks: {{ {check}: $ }} }} }}", "false", "true", Plan);
    }

    private static IEnumerable<PolicyCase> Approvals()
    {
        PolicyCase Rule(string key, string rest, string before, string after, string beside = "") => new($"approvals.rules[].{key}", $"approvals: {{ {beside}rules: [{{ {rest} }}] }}", before, after, Plan);
        yield return Rule("role", "role: $", "Board", "Owner");
        yield return Rule("quorum", "role: Board, quorum: $", "1", "2");
        yield return Rule("categories", "role: Board, categories: [$]", "Normal", "Standard");
        yield return Rule("minimumRisk", "role: Board, minimumRisk: $", "Low", "High", "riskCriticality: [6, 7], riskFailure: [1, 1], ");
        yield return Rule("for", "role: Board, for: $", Till, Nobody);
        yield return Rule("minimumCriticality", "role: Board, minimumCriticality: $", "4", "5");
        yield return Rule("peerReview", "role: Board, peerReview: $", "false", "true");
        yield return Rule("signed", "role: Board, signed: $", "false", "true", $"trustedRoots: [{Root}], ");
        PolicyCase Key(string key, string before, string after, string beside = "", PolicyView view = Plan) => new($"approvals.{key}", $"approvals: {{ {key}: ${(beside.Length == 0 ? "" : ", " + beside)} }}", before, after, view);
        yield return Key("signed", "false", "true", $"trustedRoots: [{Root}]");
        yield return Key("trustedRoots", $"[{Root}]", $"[{OtherRoot}]", "signed: true");
        yield return Key("validFor", "30.00:00:00", "2.00:00:00");
        yield return Key("emergencyReviewWithin", "3.00:00:00", "1.00:00:00", view: Emergency);
        yield return Key("leadTime", "00:00:00", "2.00:00:00");
        PolicyCase Escalation(string key, string rest, string before, string after) =>
            new($"approvals.escalation.{key}", $"approvals: {{ escalation: {{ {rest} }} }}\nnotifications: {{ sinks: [{{ name: s, kind: File, target: ['FOLDER/a'], for: [ApprovalMissing] }}] }}", before, after, Notify);
        yield return Escalation("remindAfter", "remindAfter: $", "1.00:00:00", "00:00:00");
        yield return Escalation("before", "to: [head@example.org], before: $", "1.00:00:00", "00:10:00");
        yield return Escalation("to", "to: [$]", "head@example.org", "board@example.org");
        yield return Key("categories", "{ Security: Normal, BugFix: Standard }", "{ Security: Standard, BugFix: Standard }");
        yield return Key("riskCriticality", "[4, 5]", "[6, 7]");
        yield return Key("riskHosts", "[50, 200]", "[2, 3]");
        yield return Key("riskFailure", "[0.1, 0.25]", "[0.001, 0.002]");
    }

    private static IEnumerable<PolicyCase> Notifications()
    {
        PolicyCase Sink(string key, string rest, string before, string after) => new($"notifications.sinks[].{key}", $"notifications: {{ sinks: [{{ {rest} }}] }}", before, after, Notify);
        yield return Sink("name", "name: $, kind: File, target: ['FOLDER/a']", "spool", "queue");
        yield return Sink("kind", "name: s, kind: $, target: ['FOLDER/a']", "File", "Command");
        yield return Sink("target", "name: s, kind: File, target: ['FOLDER/$']", "a", "b");
        yield return Sink("for", "name: s, kind: File, target: ['FOLDER/a'], for: [$]", "ChangeTicket", "ReviewOverdue");
        yield return Sink("tokenVariable", "name: s, kind: Webhook, target: ['http://127.0.0.1:9/'], tokenVariable: $", "PATCHOPS_NOT_SET_A", "PATCHOPS_NOT_SET_B");
        yield return new("notifications.vendors", "notifications: { vendors: { KB: [$] }, sinks: [{ name: s, kind: File, target: ['FOLDER/a'], for: [VendorNotice] }] }", "one@example.org", "other@example.org", Notify);
        // Nothing can be started there, so that the message waits or is given up.
        const string Broken = "sinks: [{ name: s, kind: Command, target: [/nonexistent] }]";
        yield return new("notifications.maxAttempts", $"notifications: {{ {Broken}, maxAttempts: $ }}", "8", "1", Notify);
        yield return new("notifications.retryAfter", $"notifications: {{ {Broken}, retryAfter: $ }}", "00:05:00", "00:20:00", Notify);
    }

    private static IEnumerable<PolicyCase> Problems()
    {
        PolicyCase Key(string key, string before, string after, PolicyView view) => new($"problems.{key}", $"problems: {{ {key}: $ }}", before, after, view);
        yield return Key("candidateDays", "365", "30", Candidates);
        yield return Key("minimumIncidents", "5", "500", Candidates);
        yield return Key("falseAssociationRate", "0.05", "0.0000000001", Candidates);
        yield return Key("workaroundDays", "90", "10000", Debt);
        yield return Key("debtHorizonDays", "365", "30", Debt);
        yield return Key("migrationShare", "0.25", "0.5", Debt);
        yield return Key("vendorDays", "{ default: 30 }", "{ default: 90 }", Kpi);
        PolicyCase Trigger(string key, string before, string after) => new($"problems.triggers[].{key}", $"problems: {{ triggers: [{{ name: r, response: Workaround, {key}: $ }}] }}", before, after, Candidates);
        yield return Trigger("name", "one", "two") with { Template = "problems: { triggers: [{ name: $, response: Workaround }] }" };
        yield return Trigger("response", "Workaround", "PatchRequest") with { Template = "problems: { triggers: [{ name: r, response: $ }] }" };
        yield return Trigger("patchAvailable", "true", "false");
        yield return Trigger("kev", "true", "false");
        yield return Trigger("categories", "[crash]", "[none]");
        yield return Trigger("priorities", "['2']", "['5']");
        yield return Trigger("minimumIncidents", "0", "100000");
        yield return Trigger("minimumAvoided", "0", "100000");
        yield return Trigger("minimumConfidence", "0", "0.9999");
        yield return Trigger("minimumFailure", "0", "0.9999");
        yield return Trigger("maximumFailure", "1", "0");
    }

    private static IEnumerable<PolicyCase> Others()
    {
        yield return new("exceptions.maxDays", "exceptions: { maxDays: $ }", "365", "30", PolicyView.Exception);
        PolicyCase Key(string key, string before, string after, PolicyView view, string beside = "") => new($"effectiveness.{key}", $"effectiveness: {{ {key}: ${beside} }}", before, after, view);
        yield return Key("minimumReduction", "0.25", "0.9", Counts);
        yield return Key("confidence", "0.95", "0.8", Counts);
        yield return Key("requiredProbability", "0.9", "0.99999", Counts);
        yield return Key("horizonDays", "3650", "1", Counts);
        yield return Key("beforeDays", "180", "40", Effect);
        yield return Key("afterDays", "365", "40", Effect);
        yield return Key("washoutDays", "1", "30", Effect);
        yield return Key("confoundingDays", "7", "0", Effect);
        yield return Key("withholdWhenConfounded", "true", "false", Effect, ", minimumReduction: 0.05");
        yield return Key("falseDiscoveryRate", "0.05", "0.000000000001", Effect, ", minimumReduction: 0.05");
    }
}

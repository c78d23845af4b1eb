using System.Runtime.CompilerServices;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Tests.Fakes;

/// <summary>A journal in memory that keeps the seam's laws; it outlives the runners that use it.</summary>
internal sealed class MemoryJournal : IJournal
{
    private readonly Lock _gate = new();
    private readonly List<JournalEntry> _entries = [];
    private readonly Dictionary<string, JournalEntry> _byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Lease> _leases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Wish, string Actor, DateTimeOffset At)> _controls = new(StringComparer.Ordinal);

    public IReadOnlyList<JournalEntry> Entries
    {
        get
        {
            lock (_gate) return [.. _entries];
        }
    }

    public ValueTask<IReadOnlyList<JournalEntry>> AppendAsync(IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var written = new List<JournalEntry>();
            var fresh = new List<JournalEntry>();
            foreach (var entry in entries)
            {
                if (_byKey.TryGetValue(entry.Key, out var known) || (known = fresh.Find(f => f.Key == entry.Key)) is not null)
                {
                    if (known with { Sequence = 0, At = entry.At, Token = entry.Token } != entry with { Sequence = 0 })
                        throw new FailureException("KeyConflict", FailureKind.Conflict, $"'{entry.Key}' is there with other content.", entry.Key);
                    written.Add(known);
                    continue;
                }
                var resource = LeaseNames.Wave(entry.PlanId, entry.Wave);
                if (_leases.TryGetValue(resource, out var lease) && lease.Token > entry.Token)
                    throw new FailureException("LeaseLost", FailureKind.Conflict, $"{resource} is at token {lease.Token}.", resource);
                var stored = entry with { Sequence = _entries.Count + fresh.Count + 1 };
                fresh.Add(stored);
                written.Add(stored);
            }
            _entries.AddRange(fresh);
            foreach (var entry in fresh) _byKey.Add(entry.Key, entry);
            return ValueTask.FromResult<IReadOnlyList<JournalEntry>>(written);
        }
    }

    public async IAsyncEnumerable<JournalEntry> ReadAsync(string planId, int? wave, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var entry in Entries.Where(e => e.PlanId == planId && (wave is null || e.Wave == wave) && e.Sequence > after)) yield return entry;
        await Task.CompletedTask;
    }

    public ValueTask<Lease?> AcquireAsync(string resource, string owner, TimeSpan duration, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var held = _leases.GetValueOrDefault(resource);
            if (held is not null && held.Owner.Length > 0 && held.Owner != owner && held.Expires > now) return ValueTask.FromResult<Lease?>(null);
            var lease = new Lease { Resource = resource, Owner = owner, Token = (held?.Token ?? 0) + 1, Expires = now + duration };
            _leases[resource] = lease;
            return ValueTask.FromResult<Lease?>(lease);
        }
    }

    public ValueTask<Lease?> RenewAsync(Lease lease, TimeSpan duration, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var held = _leases.GetValueOrDefault(lease.Resource);
            if (held is null || held.Token != lease.Token || held.Owner != lease.Owner) return ValueTask.FromResult<Lease?>(null);
            return ValueTask.FromResult<Lease?>(_leases[lease.Resource] = lease with { Expires = now + duration });
        }
    }

    public ValueTask ReleaseAsync(Lease lease, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var held = _leases.GetValueOrDefault(lease.Resource);
            if (held is not null && held.Token == lease.Token && held.Owner == lease.Owner) _leases[lease.Resource] = held with { Owner = "", Expires = DateTimeOffset.MinValue };
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask<Lease?> HolderAsync(string resource, CancellationToken cancellationToken)
    {
        lock (_gate) return ValueTask.FromResult(_leases.TryGetValue(resource, out var held) && held.Owner.Length > 0 ? held : null);
    }

    public ValueTask SetControlAsync(string resource, string wish, string actor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_gate) _controls[resource] = (wish, actor, now);
        return ValueTask.CompletedTask;
    }

    public ValueTask<(string Wish, string Actor, DateTimeOffset At)?> ControlAsync(string resource, CancellationToken cancellationToken)
    {
        lock (_gate) return ValueTask.FromResult<(string, string, DateTimeOffset)?>(_controls.TryGetValue(resource, out var control) ? control : null);
    }
}

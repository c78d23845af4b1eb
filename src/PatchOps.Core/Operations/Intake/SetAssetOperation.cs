using System.Globalization;
using System.Runtime.CompilerServices;
using NodaTime;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Calendar;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Intake;

/// <summary>Changes assets by hand: one transaction each, the state before kept in the history and the change in the audit trail.</summary>
public sealed class SetAssetOperation(ICatalogue catalogue, PlanningPolicy policy, IAuditLog audit, TimeProvider clock, Caller caller) : IOperation<SetAssetRequest>
{
    /// <summary>What may be emptied, and how.</summary>
    private static readonly Dictionary<string, Func<Asset, Asset>> Emptied = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(Asset.Address)] = a => a with { Address = null }, [nameof(Asset.Transport)] = a => a with { Transport = null }, [nameof(Asset.Port)] = a => a with { Port = null },
        [nameof(Asset.User)] = a => a with { User = null }, [nameof(Asset.Provider)] = a => a with { Provider = null }, [nameof(Asset.OperatingSystem)] = a => a with { OperatingSystem = null },
        [nameof(Asset.Environment)] = a => a with { Environment = null }, [nameof(Asset.BusinessUnit)] = a => a with { BusinessUnit = null }, [nameof(Asset.OwnerTeam)] = a => a with { OwnerTeam = null },
        [nameof(Asset.Criticality)] = a => a with { Criticality = null }, [nameof(Asset.Exposure)] = a => a with { Exposure = null }, [nameof(Asset.DataSensitivity)] = a => a with { DataSensitivity = null },
        [nameof(Asset.Regulations)] = a => a with { Regulations = [] }, [nameof(Asset.Cluster)] = a => a with { Cluster = null }, [nameof(Asset.MinAvailable)] = a => a with { MinAvailable = null },
        [nameof(Asset.Hypervisor)] = a => a with { Hypervisor = null }, [nameof(Asset.Hardware)] = a => a with { Hardware = null }, [nameof(Asset.Site)] = a => a with { Site = null }, [nameof(Asset.NetworkSegment)] = a => a with { NetworkSegment = null },
        [nameof(Asset.DependsOn)] = a => a with { DependsOn = [] }, [nameof(Asset.TimeZone)] = a => a with { TimeZone = null }, [nameof(Asset.MaintenanceWindow)] = a => a with { MaintenanceWindow = null },
        [nameof(Asset.EndOfSupport)] = a => a with { EndOfSupport = null }, [nameof(Asset.Hosting)] = a => a with { Hosting = null }, [nameof(Asset.Tags)] = a => a with { Tags = [] },
    };

    public async IAsyncEnumerable<OperationEvent> RunAsync(SetAssetRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Check(request);
        var chosen = AssetFilter.Resolve(catalogue, request.Id);
        foreach (var name in chosen.Missing) yield return new FailedEvent(AssetFilter.NotFound(name));
        foreach (var asset in catalogue.Assets().Where(a => chosen.Matches(a.Id)).ToList())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var after = Changed(asset, request);
            var differences = Differences(asset, after);
            if (differences.Length == 0)
            {
                yield return new DecisionEvent($"{asset.Name} is already so.");
                yield return new ResultEvent(asset);
                continue;
            }
            var ask = new AskEvent(asset.Name, $"Set {string.Join(", ", differences.Select(d => d.Name))}");
            yield return ask;
            var answer = await ask.Reply.ConfigureAwait(false);
            if (answer == Answer.No) continue;
            if (answer == Answer.Yes)
            {
                using (var import = catalogue.BeginImport("Asset", ImportSources.Pipeline, clock.GetUtcNow()))
                {
                    import.Edit(after);
                    import.Complete(TimeSpan.Zero);
                }
                await audit.AppendAsync(new AuditRecord(Guid.NewGuid().ToString("N"), caller.Account, "AssetChanged", asset.Id,
                    CanonicalJson.Of([.. differences.Select(d => (d.Name, (object?)$"{d.Before} → {d.After}"))])), clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
            }
            yield return new ResultEvent(after);
        }
    }

    private void Check(SetAssetRequest request)
    {
        foreach (var name in request.Clear)
        {
            if (!Emptied.ContainsKey(name))
                throw new FailureException("PropertyUnknown", FailureKind.InvalidInput, $"'{name}' cannot be emptied.", name, $"These can: {string.Join(", ", Emptied.Keys.Order(StringComparer.Ordinal))}.");
            if (typeof(SetAssetRequest).GetProperty(name, System.Reflection.BindingFlags.IgnoreCase | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Instance)?.GetValue(request) is not null)
                throw new FailureException("ParameterConflict", FailureKind.InvalidInput, $"{name} cannot be set and emptied at once.", name, "Leave it out of -Clear.");
        }
        if (request.TimeZone is not null) ZoneNames.Resolve(request.TimeZone);
        Day(request.EndOfSupport);
        // A window that nobody can read would keep the host out of every plan.
        if (request.MaintenanceWindow is null) return;
        var named = new NamedWindows(policy.Windows, catalogue.Windows());
        WindowText.Parse(request.MaintenanceWindow, DateTimeZone.Utc, name => named.Find(name, DateTimeZone.Utc));
    }

    private static DateOnly? Day(string? text) => text is null ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw new FailureException("DateInvalid", FailureKind.InvalidInput, $"'{text}' is not a date.", "EndOfSupport", "Write it as yyyy-MM-dd.");

    private static Asset Changed(Asset asset, SetAssetRequest r)
    {
        var after = asset with
        {
            Name = r.Name ?? asset.Name, Address = r.Address ?? asset.Address, Transport = r.Transport ?? asset.Transport, Port = r.Port ?? asset.Port, User = r.User ?? asset.User,
            Provider = r.Provider ?? asset.Provider, OperatingSystem = r.OperatingSystem ?? asset.OperatingSystem, Environment = r.Environment ?? asset.Environment,
            BusinessUnit = r.BusinessUnit ?? asset.BusinessUnit, OwnerTeam = r.OwnerTeam ?? asset.OwnerTeam, Criticality = r.Criticality ?? asset.Criticality,
            Exposure = r.Exposure ?? asset.Exposure, DataSensitivity = r.DataSensitivity ?? asset.DataSensitivity, Regulations = r.Regulations ?? asset.Regulations,
            Cluster = r.Cluster ?? asset.Cluster, MinAvailable = r.MinAvailable ?? asset.MinAvailable, DependsOn = r.DependsOn ?? asset.DependsOn,
            Hypervisor = r.Hypervisor ?? asset.Hypervisor, Hardware = r.Hardware ?? asset.Hardware, Site = r.Site ?? asset.Site, NetworkSegment = r.NetworkSegment ?? asset.NetworkSegment, TimeZone = r.TimeZone ?? asset.TimeZone,
            MaintenanceWindow = r.MaintenanceWindow ?? asset.MaintenanceWindow, EndOfSupport = Day(r.EndOfSupport) ?? asset.EndOfSupport, Hosting = r.Hosting ?? asset.Hosting, Tags = r.Tags ?? asset.Tags,
            // The old name still finds it.
            Aliases = r.Name is null || r.Name == asset.Name || asset.Name == asset.Id ? asset.Aliases : [.. asset.Aliases, asset.Name], Stub = false,
        };
        return r.Clear.Aggregate(after, (a, name) => Emptied[name](a));
    }

    private static (string Name, string Before, string After)[] Differences(Asset before, Asset after) =>
        [.. typeof(Asset).GetProperties().Where(p => p.CanWrite).Select(p => (p.Name, Text(p.GetValue(before)), Text(p.GetValue(after)))).Where(d => d.Item2 != d.Item3)];

    private static string Text(object? value) => value switch
    {
        null => "",
        IEnumerable<string> list => string.Join(';', list),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
